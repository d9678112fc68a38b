import type { Command } from 'commander';
import type { ModelsOptions } from './commands/models';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';
const MODELS_HELP = 'model registry (default: CADENZA_MODELS, or what is found)';

/** Commands about what runs name: models with their budgets, and definitions. */
export function addModelCommands(program: Command, terminal: Terminal, action: Action): void {
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
