import type { Command } from 'commander';
import { ANSWERING_PATTERNS } from '../contracts/names';
import type { BatchOptions } from './commands/batch';
import type { CalibrateOptions } from './commands/calibrate';
import type { Action } from './program';
import type { Terminal } from './terminal';
import { BUDGET_HELP } from './with-budget';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';

/** Commands about many items: running a pattern over them, and choosing thresholds by labelled ones. */
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
    .option('--budget <usd>', `${BUDGET_HELP}, over all items`)
    .option('--detach', 'start the run and do not wait for it')
    .option('--json', JSON_HELP)
    .action((pattern: string, options: BatchOptions) =>
      action(async () => (await import('./commands/batch.js')).batch(terminal, pattern, options)),
    );
  addCalibrate(program, terminal, action);
}

/** Needs no server: files in, thresholds out. */
function addCalibrate(program: Command, terminal: Terminal, action: Action): void {
  const calibrate = program
    .command('calibrate')
    .description('the thresholds of a cascade or a router that reach a target on labelled items');
  const targets = (command: Command) =>
    command
      .option('--target-accuracy <part>', 'the least cost that gets this part right, 0 to 1')
      .option('--target-cost <usd>', 'the best accuracy for at most this mean cost of an item')
      .option('--hold-out <part>', 'this part of the items only judges what was chosen on the others')
      .option('--json', JSON_HELP);
  targets(
    calibrate
      .command('cascade')
      .description('thresholds for the stages of a cascade')
      .argument(
        '<file...>',
        'lines { stages: [{ model, score, costUsd, correct }] }, or results of batches, one a stage',
      )
      .option('--double', 'give up below a second threshold, where no later stage would be right'),
  ).action((files: string[], options: CalibrateOptions) =>
    action(async () => (await import('./commands/calibrate.js')).calibrateStages(terminal, files, options)),
  );
  targets(
    calibrate
      .command('router')
      .description('the threshold of a router between a weak and a strong model')
      .argument('<file...>', 'lines { score, weak: { costUsd, correct }, strong }, or results of batches: weak, strong')
      .option('--target-share <part>', 'the best accuracy with at most this part of the items at the strong model')
      .option('--scores <file>', 'with results of batches: the results of a classifier over the same items')
      .option('--label <label>', 'its label that stands for the strong model'),
  ).action((files: string[], options: CalibrateOptions) =>
    action(async () => (await import('./commands/calibrate.js')).calibrateRoute(terminal, files, options)),
  );
}
