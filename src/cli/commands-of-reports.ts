import type { Command } from 'commander';
import type { ReportOptions } from './commands/report';
import type { UiOptions } from './commands/ui';
import type { Action } from './program';
import type { Terminal } from './terminal';

/** Commands that show runs in a browser. */
export function addReportCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('report')
    .description('write a page about a run, or about two side by side, as one HTML file')
    .argument('<id>')
    .argument('[other]', 'another run, to be compared with')
    .option('-o, --output <file>', 'where to (default: cadenza-<id>.html here)')
    .option('--json', 'print one JSON document on stdout and nothing else there')
    .action((id: string, other: string | undefined, options: ReportOptions) =>
      action(async () => (await import('./commands/report.js')).report(terminal, id, other, options)),
    );
  program
    .command('ui')
    .description('show runs in a browser as they go on, until Ctrl-C')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '0')
    .action((options: UiOptions) => action(async () => (await import('./commands/ui.js')).ui(terminal, options)));
}
