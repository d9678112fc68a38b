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
import { addModelCommands } from './commands-of-models';
import { addProjectCommands } from './commands-of-project';
import { addReportCommands } from './commands-of-reports';
import { addRerunCommand } from './commands-of-reruns';
import { addRunCommands } from './commands-of-runs';
import { addScheduleCommands } from './commands-of-schedules';
import { exitStatusOfFailure, failedEnvelope, failureInfo } from './failure-info';
import { cleanLine } from './render/clean-text';
import { helpItem } from './render/help-item';
import { wrapped } from './render/layout';
import { COMMAND } from './command-name';
import { createTerminal } from './terminal';
import type { Terminal } from './terminal';

const EXIT_STATUSES =
  'Exit status: 0 completed, partial or detached; 1 any other end; 2 bad input or unknown id; 130 after Ctrl-C.';

/** What a command does; resolves to its exit status. */
export type Action = (work: () => Promise<number>) => Promise<void>;

/**
 * Runs one command line. Resolves to the exit status and never rejects: what goes wrong is told on stderr, and with
 * `--json` as the one document on stdout.
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
    if (error instanceof CommanderError) return endOfCommander(error, argv, terminal, program);
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
    // What commander says of a wrong command line is told like every other failure.
    .configureOutput({
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .configureHelp({ formatItem: helpItem, minWidthToWrap: 20 })
    .addHelpText('after', () => `\n${wrapped(EXIT_STATUSES, terminal.columns, 0).join('\n')}`);
  program.commandsGroup('Runs:');
  addRunCommands(program, terminal, action);
  addRerunCommand(program, terminal, action);
  program.commandsGroup('Pages about runs:');
  addReportCommands(program, terminal, action);
  program.commandsGroup('Many items:');
  addBatchCommands(program, terminal, action);
  program.commandsGroup('Events and times:');
  addEventCommands(program, terminal, action);
  addScheduleCommands(program, terminal, action);
  program.commandsGroup('Models and definitions:');
  addModelCommands(program, terminal, action);
  program.commandsGroup('This machine:');
  addProjectCommands(program, terminal, action);
  addEncryptionCommands(program, terminal, action);
  addCompletionCommands(program, terminal, action);
  return program;
}

/** Help and version end well, and help where a word is missing; the rest is a usage error. */
function endOfCommander(
  { exitCode, code, message }: CommanderError,
  argv: readonly string[],
  terminal: Terminal,
  program: Command,
): number {
  if (exitCode === 0) return EXIT.ok;
  const usage = `\`${[COMMAND, ...commandWords(program, argv)].join(' ')} --help\` says what is possible`;
  const wrong = code === 'commander.help' ? 'say what to do' : message.replace(/^error: /, '').replace(/\.$/, '');
  const info = { type: 'InvalidInput', message: `${cleanLine(wrong)}; ${usage}` } as const;
  if (code !== 'commander.help') tellFailure(terminal, info, argv);
  else if (wantsJson(argv)) terminal.printJson(failedEnvelope(null, info));
  return EXIT.badInput;
}

/** Of a command line, the words that name a command. */
function commandWords(program: Command, argv: readonly string[]): string[] {
  const [word, ...rest] = argv;
  const command = program.commands.find((one) => one.name() === word);
  return command ? [command.name(), ...commandWords(command, rest)] : [];
}

/** In the form that failed runs have; where nobody looks at a terminal it is one line. */
function tellFailure(terminal: Terminal, info: FailureInfo, argv: readonly string[]): void {
  if (wantsJson(argv) && !terminal.hasPrintedJson) terminal.printJson(failedEnvelope(patternIn(argv), info));
  const { paint } = terminal;
  const told = `${paint.red(info.type)}: ${cleanLine(info.message)}`;
  terminal.show(wrapped(told, terminal.sentenceColumns, 2, `${paint.red('✗')} `));
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
