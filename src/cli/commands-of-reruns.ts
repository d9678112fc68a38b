import type { Command } from 'commander';
import type { RerunCommandOptions } from './commands/rerun';
import type { Action } from './program';
import type { Terminal } from './terminal';

/** The command that starts a run from what another has done. */
export function addRerunCommand(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('rerun')
    .description('start a new run that keeps what a run has done before one of its steps')
    .argument('<id>', 'a run of a pipeline that has ended or goes on')
    .requiredOption('--from <step>', 'this step and all that depends on it run anew')
    .option('-i, --input <file>', "another value of the pipeline's `input` as JSON or YAML; - is standard input")
    .option('--model <name>', 'another model for the step')
    .option('--id <id>', 'id of the new run; one that is in use is refused (default: pipeline-<uuid>)')
    .option('--detach', 'start the run and do not wait for it')
    .option('--json', 'print one JSON document on stdout and nothing else there')
    .action((id: string, options: RerunCommandOptions) =>
      action(async () => (await import('./commands/rerun.js')).rerun(terminal, id, options)),
    );
}
