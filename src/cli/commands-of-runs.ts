import type { Command } from 'commander';
import { PATTERNS } from '../contracts/names';
import { RUN_STATUSES } from '../contracts/run';
import type { AnalyzeOptions } from './commands/analyze';
import type { CancelOptions } from './commands/cancel';
import type { ListCommandOptions } from './commands/list';
import type { ResultOptions } from './commands/result';
import type { RunOptions } from './commands/run';
import type { ApproveOptions, SteerOptions } from './commands/steer';
import type { Action } from './program';
import type { Terminal } from './terminal';
import { BUDGET_HELP } from './with-budget';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';
const MODELS_HELP = 'model registry (default: CADENZA_MODELS, or what is found)';

/** Commands that start, follow and show runs. Each is loaded when it is called: the Temporal client takes its time. */
export function addRunCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('analyze')
    .description('read, classify and summarize documents, and check the result')
    .argument('<file...>', 'PDF, DOCX, HTML, Markdown, e-mail or plain text')
    .option('--models <file>', MODELS_HELP)
    .option('--budget <usd>', `${BUDGET_HELP}, for each file`)
    .option('--detach', 'start the runs and do not wait for them')
    .option('--json', `${JSON_HELP}; of several files { "runs": […] }`)
    .action((files: string[], options: AnalyzeOptions) =>
      action(async () => (await import('./commands/analyze.js')).analyze(terminal, files, options)),
    );
  program
    .command('run')
    .description('start a run of a pattern and follow it')
    .argument('<pattern>', PATTERNS.join(' or '))
    .requiredOption('-i, --input <file>', 'its input as JSON or YAML; - is standard input')
    .option('--id <id>', 'id of the run or schedule; one that is in use is refused (default: <pattern>-<uuid>)')
    .option('--models <file>', MODELS_HELP)
    .option('--budget <usd>', BUDGET_HELP)
    .option('--detach', 'start the run and do not wait for it')
    .option(
      '--schedule <cron>',
      'start a run at these times instead: five fields as in crontab, or @daily and the like',
    )
    .option('--time-zone <name>', 'of --schedule: an IANA name such as Europe/Berlin (default: UTC)')
    .option(
      '--overlap <policy>',
      'of --schedule: skip, buffer_one, buffer_all, cancel_other, allow_all (default: skip)',
    )
    .option('--json', JSON_HELP)
    .action((pattern: string, options: RunOptions) =>
      action(async () => (await import('./commands/run.js')).run(terminal, pattern, options)),
    );
  program
    .command('list')
    .description('the newest runs, or the most expensive; all, or those that the filters name')
    .option('-n, --limit <number>', 'how many', '20')
    .option('--sort <order>', 'newest or cost (default: newest)')
    .option('--since <time>', 'started since then: today, yesterday, 2h or 7d ago, or a date')
    .option('--until <time>', 'started before then')
    .option('--pattern <name>', PATTERNS.join(', '))
    .option('--outcome <status>', RUN_STATUSES.join(', '))
    .option('--definition <name>', 'pipelines with this definition')
    .option('--model <name>', 'this model answered')
    .option('--label <key=value>', 'with this label; may be given more than once', collect)
    .option('--min-cost <usd>', 'ended, and cost at least this')
    .option('--query <filter>', 'a list filter of Temporal, such as "CadenzaCostUsd > 1 AND CadenzaModels = \'gpt4\'"')
    .option('--json', JSON_HELP)
    .action((options: ListCommandOptions) =>
      action(async () => (await import('./commands/list.js')).list(terminal, options)),
    );
  program
    .command('status')
    .description('where a run stands now')
    .argument('<id>')
    .option('--json', JSON_HELP)
    .action((id: string, options: { json?: boolean }) =>
      action(async () => (await import('./commands/status.js')).status(terminal, id, options)),
    );
  program
    .command('watch')
    .description('follow a run to its end')
    .argument('<id>')
    .option('--json', JSON_HELP)
    .action((id: string, options: { json?: boolean }) =>
      action(async () => (await import('./commands/watch.js')).watch(terminal, id, options)),
    );
  program
    .command('result')
    .description('wait for the end of a run and show its result')
    .argument('<id>')
    .option('--no-wait', 'say that it is running instead')
    .option('--output <file>', 'of a batch: write what became of each item, one JSON line an item')
    .option('--json', JSON_HELP)
    .action((id: string, options: ResultOptions) =>
      action(async () => (await import('./commands/result.js')).result(terminal, id, options)),
    );
  program
    .command('cancel')
    .description('ask a run to stop')
    .argument('<id>')
    .option('--wait', 'return when it has stopped')
    .option('--json', JSON_HELP)
    .action((id: string, options: CancelOptions) =>
      action(async () => (await import('./commands/cancel.js')).cancel(terminal, id, options)),
    );
  addSteeringCommands(program, terminal, action);
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Commands that tell a run something while it goes on. What makes no sense for it is refused. */
function addSteeringCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('approve')
    .description('decide a step that waits for approval, or a budget that asks for more')
    .argument('<id>')
    .argument('[step]')
    .option('--budget <usd>', 'the new cap of the budget in US dollars')
    .option('--reject', 'reject it: the step fails; without a step the budget stays as it is')
    .option('--by <name>', 'who decides (default: your user name)')
    .option('--reason <text>', 'why')
    .option('--json', JSON_HELP)
    .action((id: string, step: string | undefined, options: ApproveOptions) =>
      action(async () => (await import('./commands/steer.js')).approve(terminal, id, step, options)),
    );
  program
    .command('pause')
    .description('start nothing new in a run; what runs goes on to its end')
    .argument('<id>')
    .option('--json', JSON_HELP)
    .action((id: string, options: SteerOptions) =>
      action(async () => (await import('./commands/steer.js')).pause(terminal, id, options)),
    );
  program
    .command('resume')
    .description('let a paused run go on')
    .argument('<id>')
    .option('--json', JSON_HELP)
    .action((id: string, options: SteerOptions) =>
      action(async () => (await import('./commands/steer.js')).resume(terminal, id, options)),
    );
  program
    .command('retry')
    .description('run a failed step of a run that goes on again')
    .argument('<id>')
    .argument('<step>')
    .option('--json', JSON_HELP)
    .action((id: string, step: string, options: SteerOptions) =>
      action(async () => (await import('./commands/steer.js')).retry(terminal, id, step, options)),
    );
}
