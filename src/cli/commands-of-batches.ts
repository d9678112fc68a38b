import type { Command } from 'commander';
import type { BatchOptions } from './commands/batch';
import { ANSWERING_PATTERNS } from '../contracts/names';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';

/** Commands about many items: running a pattern over them. */
export function addBatchCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('batch')
    .description('run a pattern over many items, so many at once')
    .argument('<pattern>', ANSWERING_PATTERNS.join(' or '))
    .requiredOption('--items <file>', 'one JSON object a line, laid over --config; - is standard input')
    .option('--config <file>', 'what the items have in common: the input of the pattern, as JSON or YAML')
    .option('--max-parallel <number>', 'how many items run at once (default: 10)')
    .option('--extract <what>', 'what of an answer is compared with `expected`: text, json, number or a path into JSON')
    .option('--output <file>', 'write what became of each item, one JSON line an item')
    .option('--id <id>', 'id of the run; one that is in use is refused (default: batch-<uuid>)')
    .option('--models <file>', 'model registry (default: CADENZA_MODELS, or what is found)')
    .option('--detach', 'start the run and do not wait for it')
    .option('--json', JSON_HELP)
    .action((pattern: string, options: BatchOptions) =>
      action(async () => (await import('./commands/batch.js')).batch(terminal, pattern, options)),
    );
}
