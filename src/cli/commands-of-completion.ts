import type { Command } from 'commander';
import type { Action } from './program';
import type { Terminal } from './terminal';

/** Completion of a shell: the script that people evaluate, and what that script asks for each word. */
export function addCompletionCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('completion')
    .description('print what a shell evaluates to complete commands, options, run ids and names')
    .argument('<shell>', 'bash, zsh or fish')
    .action((shell: string) =>
      action(async () => (await import('./commands/completion.js')).completion(terminal, shell)),
    );
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action((words: string[]) =>
      action(async () => (await import('./commands/completion.js')).complete(terminal, program, words)),
    );
}
