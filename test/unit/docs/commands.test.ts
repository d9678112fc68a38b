import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { createProgram } from '../../../src/cli/program';
import { createTerminal } from '../../../src/cli/terminal';
import { blocksOf, filesIn, pages, read } from './pages';

const SHELL = ['', 'sh', 'bash'];
/** What a mention in a sentence may leave out. */
const LEFT_OUT = ['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help'];

/** The words of one command as a shell takes them, up to a comment, a pipe or the next command. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [, plain, single, double] of line.matchAll(/([^\s'"]+)|'([^']*)'|"([^"]*)"/g)) {
    if (plain !== undefined && /^(#|\||&&|;|>|<)/.test(plain)) break;
    words.push(plain ?? single ?? double ?? '');
  }
  return words;
}

/** The commands that a text has after `npx cadenza`, one a line. */
function linesOf(text: string): string[] {
  return [...text.replaceAll('\\\n', ' ').matchAll(/npx cadenza(?: (.*))?$/gm)].map(([, rest = '']) => rest);
}

/** Mentions in a sentence: `npx cadenza …` or `cadenza …`. */
function mentionsOf(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`(?:npx )?cadenza(?: ([^`]*))?`/g)].map(([, rest = '']) => rest);
}

function quiet(command: Command): Command {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  command.commands.forEach(quiet);
  return command;
}

/** What the command line says of words; nothing where it would run them. */
async function problemOf(line: string): Promise<{ code: string; message: string } | undefined> {
  const program = quiet(createProgram(createTerminal(), async () => undefined));
  try {
    await program.parseAsync(wordsOf(line), { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
}

async function problemsOf(lines: readonly string[], allowed: readonly string[] = []): Promise<string[]> {
  const problems: string[] = [];
  for (const line of lines) {
    const problem = await problemOf(line);
    if (problem && !allowed.includes(problem.code)) problems.push(`cadenza ${line}: ${problem.message}`);
  }
  return problems;
}

test.each(pages())('every command of %s is there, with its options', async (page) => {
  const text = read(page);
  const lines = blocksOf(text)
    .filter(({ language }) => SHELL.includes(language))
    .flatMap((block) => linesOf(block.text));
  expect(await problemsOf(lines)).toEqual([]);
  expect(await problemsOf(mentionsOf(text), LEFT_OUT)).toEqual([]);
});

test.each(filesIn('examples', '.yaml'))('the comments of %s name commands that are there', async (file) => {
  const lines = linesOf(read(file));
  expect(lines).not.toEqual([]);
  expect(await problemsOf(lines)).toEqual([]);
});

test('the pages show every command that is not hidden', () => {
  const all = pages()
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) => [...blocksOf(read(page)).flatMap(({ text }) => linesOf(text)), ...mentionsOf(read(page))]);
  const shown = new Set(all.map((line) => wordsOf(line)[0]));
  const program = createProgram(createTerminal(), async () => undefined);
  const names = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
  expect(names.filter((name) => name !== 'help' && !shown.has(name))).toEqual([]);
});

test('a command, an option or a word that is not there is found', async () => {
  const wrong = ['runn x', 'run pipeline -i x --retain', 'status', 'schedules paus x', 'run eventRouter'];
  expect(await problemsOf(wrong)).toHaveLength(wrong.length);
  expect(await problemsOf(['run pipeline -i order.yaml # as it stands', "emit a.b -d '{ x: 1 }' | cat"])).toEqual([]);
});
