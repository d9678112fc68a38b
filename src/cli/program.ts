import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../config/package-paths';
import type { FailureInfo } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import { PATTERNS } from '../contracts/names';
import { EXIT } from '../contracts/run';
import { addBatchCommands } from './commands-of-batches';
import { addCompletionCommands } from './commands-of-completion';
import { addEncryptionCommands } from './commands-of-encryption';
import { addEventCommands } from './commands-of-events';
import { addProjectCommands } from './commands-of-project';
import { addReportCommands } from './commands-of-reports';
import { addRerunCommand } from './commands-of-reruns';
import { addRunCommands } from './commands-of-runs';
import { addScheduleCommands } from './commands-of-schedules';
import { exitStatusOfFailure, failedEnvelope, failureInfo } from './failure-info';
import { cleanLine } from './render/clean-text';
import { createTerminal } from './terminal';
import type { Terminal } from './terminal';

/** What a command does; resolves to its exit status. */
export type Action = (work: () => Promise<number>) => Promise<void>;

/**
 * Runs one command line. Resolves to the exit status and never rejects: what goes wrong is told in one line on stderr,
 * and with `--json` as the one document on stdout.
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal = createTerminal()): Promise<number> {
  let status: number = EXIT.ok;
  const program = createProgram(terminal, async (work) => {
    status = await work();
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    terminal.draw([]);
    if (error instanceof CommanderError) return endOfCommander(error, argv, terminal);
    const info = failureInfo(error);
    tellFailure(terminal, info, argv);
    return exitStatusOfFailure(info);
  }
}

/** The command line as data: commands, options, help. */
export function createProgram(terminal: Terminal, action: Action): Command {
  const program = new Command('cadenza')
    .description('Durable multi-model AI orchestration on Temporal.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nExit status: 0 completed, partial or detached; 1 any other end; 2 bad input or unknown id; 130 after Ctrl-C.',
    );
  addRunCommands(program, terminal, action);
  addBatchCommands(program, terminal, action);
  addEventCommands(program, terminal, action);
  addRerunCommand(program, terminal, action);
  addReportCommands(program, terminal, action);
  addScheduleCommands(program, terminal, action);
  addEncryptionCommands(program, terminal, action);
  addProjectCommands(program, terminal, action);
  addCompletionCommands(program, terminal, action);
  return program;
}

/** Help and version end well; the rest is a usage error, which commander has told already. */
function endOfCommander({ exitCode, message }: CommanderError, argv: readonly string[], terminal: Terminal): number {
  if (exitCode === 0) return EXIT.ok;
  if (wantsJson(argv)) {
    const info = { type: 'InvalidInput', message: cleanLine(message.replace(/^error: /, '')) } as const;
    terminal.printJson(failedEnvelope(patternIn(argv), info));
  }
  return EXIT.badInput;
}

function tellFailure(terminal: Terminal, info: FailureInfo, argv: readonly string[]): void {
  if (wantsJson(argv) && !terminal.hasPrintedJson) terminal.printJson(failedEnvelope(patternIn(argv), info));
  terminal.show([`${terminal.paint.red('Error:')} ${cleanLine(info.message)} [${info.type}]`]);
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}

function patternIn([command, ...rest]: readonly string[]): Pattern | null {
  if (command === 'analyze' || command === 'rerun') return 'pipeline';
  if (command === 'batch') return 'batch';
  return command === 'run' ? (PATTERNS.find((pattern) => rest.includes(pattern)) ?? null) : null;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}
