import type { Command } from 'commander';
import { Option } from 'commander';
import type { DoctorOptions } from './commands/doctor';
import type { ModelsOptions } from './commands/models';
import type { UpOptions } from './commands/up';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';
const MODELS_HELP = 'model registry (default: CADENZA_MODELS, or what is found)';

/** Commands about what runs on this machine: server, Workers, models, definitions. */
export function addProjectCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('up')
    .description('run the embedded Temporal server and a worker in the foreground')
    .option('--models <file>', MODELS_HELP)
    .option('--no-worker', 'the server only, for workers of your own')
    .action((options: UpOptions) => action(async () => (await import('./commands/up.js')).up(terminal, options)));
  program
    .command('down')
    .description('end the embedded server and the worker')
    .option('--json', JSON_HELP)
    .action((options: { json?: boolean }) =>
      action(async () => (await import('./commands/down.js')).down(terminal, options)),
    );
  program
    .command('worker')
    .description('serve runs in the foreground, for this home or for a cluster')
    .option('--models <file>', MODELS_HELP)
    .addOption(new Option('--of <home>').hideHelp())
    .action((options: { models?: string; of?: string }) =>
      action(async () => (await import('./commands/worker.js')).worker(terminal, options)),
    );
  addModels(program, terminal, action);
  program
    .command('budgets')
    .description('what is left of the budgets by label and window')
    .option('--json', JSON_HELP)
    .action((options: { json?: boolean }) =>
      action(async () => (await import('./commands/budgets.js')).budgets(terminal, options)),
    );
  program
    .command('define')
    .description('check a definition and register it, so that runs can start it by name')
    .argument('<file>', 'JSON or YAML; - is standard input')
    .option('--json', JSON_HELP)
    .action((file: string, options: { json?: boolean }) =>
      action(async () => (await import('./commands/definitions.js')).define(terminal, file, options)),
    );
  program
    .command('definitions')
    .description('the pipelines that can be run by name, or one of them')
    .argument('[name]', 'name, or name@version')
    .option('--json', JSON_HELP)
    .action((name: string | undefined, options: { json?: boolean }) =>
      action(async () => (await import('./commands/definitions.js')).definitions(terminal, name, options)),
    );
  program
    .command('demo')
    .description('analyse the sample documents')
    .action(() => action(async () => (await import('./commands/demo.js')).demo(terminal)));
  program
    .command('doctor')
    .description('what is there and what is missing, without starting anything')
    .option('--quick', 'do not count what is in the store')
    .option('--verify', 'read all of the store to find what is damaged')
    .option('--register', 'add the search attributes that the namespace of a cluster lacks')
    .option('--prune', 'remove from the store what no run needs that the server still has')
    .option('--older-than <time>', 'with --prune: also of runs that ended longer ago, such as 30d')
    .option('--dry-run', 'with --prune: say what would go, and remove nothing')
    .option('--json', JSON_HELP)
    .action((options: DoctorOptions) =>
      action(async () => (await import('./commands/doctor.js')).doctor(terminal, options)),
    );
}

/** Options may stand before or after the word of the subcommand, which commander gives to the outer command. */
function addModels(program: Command, terminal: Terminal, action: Action): void {
  const models = program
    .command('models')
    .description('the models, what each is for, and whether it is ready')
    .option('--models <file>', MODELS_HELP)
    .option('--json', JSON_HELP)
    .action((options: ModelsOptions) =>
      action(async () => (await import('./commands/models.js')).listModels(terminal, options)),
    );
  models
    .command('check')
    .description('send one small request to each model')
    .option('--models <file>', MODELS_HELP)
    .option('--json', JSON_HELP)
    .action((_: ModelsOptions, command: Command) =>
      action(async () => (await import('./commands/models.js')).checkModels(terminal, command.optsWithGlobals())),
    );
  models
    .command('install')
    .description('install the small model that runs on this machine')
    .addArgument(models.createArgument('<model>', 'local').choices(['local']))
    .option('--json', JSON_HELP)
    .action((_model: string, _: ModelsOptions, command: Command) =>
      action(async () => (await import('./commands/models.js')).installLocal(terminal, command.optsWithGlobals())),
    );
}
