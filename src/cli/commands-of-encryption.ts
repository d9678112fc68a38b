import type { Command } from 'commander';
import type { CodecOptions } from './commands/codec';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';

/** Commands about encryption: its keys, and reading what is encrypted elsewhere. */
export function addEncryptionCommands(program: Command, terminal: Terminal, action: Action): void {
  const keys = program
    .command('keys')
    .description('the keys that payloads and the content store are encrypted with, by their ids')
    .option('--json', JSON_HELP)
    .action((options: { json?: boolean }) =>
      action(async () => (await import('./commands/keys.js')).listKeys(terminal, options)),
    );
  keys
    .command('new')
    .description('print a new key')
    .argument('[id]', 'its id, which is not secret (default: the date and a random end)')
    .option('--json', JSON_HELP)
    .action((id: string | undefined, _: { json?: boolean }, command: Command) =>
      action(async () => (await import('./commands/keys.js')).newKey(terminal, id, command.optsWithGlobals())),
    );
  program
    .command('codec')
    .description('decrypt payloads for the Temporal UI, until Ctrl-C')
    .option('--port <number>', '0 takes a free one', '7235')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--origin <address...>', 'a Temporal UI that may use it (default: that of the embedded server)')
    .action((options: CodecOptions) =>
      action(async () => (await import('./commands/codec.js')).codec(terminal, options)),
    );
}
