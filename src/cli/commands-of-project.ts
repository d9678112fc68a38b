import type { Command } from 'commander';
import { Option } from 'commander';
import type { DoctorOptions } from './commands/doctor';
import type { UpOptions } from './commands/up';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';
const MODELS_HELP = 'model registry (default: CADENZA_MODELS, or what is found)';

/** Commands about what runs on this machine: server and Workers, and what is there. */
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
    .option('--forget-handlers', 'go on without the handlers of your own that the worker last ran with')
    .option('--json', JSON_HELP)
    .action((options: { json?: boolean; forgetHandlers?: boolean }) =>
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
