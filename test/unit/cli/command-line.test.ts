import { createProgram, runCommandLine } from '../../../src/cli/program';
import { widthOf } from '../../../src/cli/render/layout';
import { createTerminal } from '../../../src/cli/terminal';

function terminalOf(columns: number | undefined, environment: NodeJS.ProcessEnv = {}) {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text), ...(columns ? { isTTY: true, columns } : {}) };
  const out = { write: (text: string) => said.push(text), ...(columns ? { columns } : {}) };
  return { terminal: createTerminal(stream, out, environment), lines: () => said.join('').trimEnd().split('\n') };
}

describe.each([80, 40])('on a terminal of %i columns', (columns) => {
  it('shows the help of every command within its width', () => {
    const { terminal } = terminalOf(columns);
    const program = createProgram(terminal, () => Promise.resolve());
    const pages = [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)];
    const wide = pages.flatMap((command) =>
      command
        .helpInformation()
        .split('\n')
        .filter((line) => widthOf(line) > columns && !line.startsWith('Usage:')),
    );
    expect(pages.length).toBeGreaterThan(30);
    expect(wide).toEqual([]);
  });

  it('tells a failure between words, with its type', async () => {
    const { terminal, lines } = terminalOf(columns, { NO_COLOR: '1' });
    expect(await runCommandLine(['list', '--no-such-option-of-this-command'], terminal)).toBe(2);
    expect(lines()[0]).toMatch(/^✗ InvalidInput: unknown option/);
    expect(lines().length).toBeGreaterThan(1);
    expect(
      lines()
        .map(widthOf)
        .filter((width) => width >= columns),
    ).toEqual([]);
    expect(lines()).toContainEqual(expect.stringContaining('`npx cadenza list --help`'));
  });
});

it('tells a failure in one line where there is no terminal', async () => {
  const { terminal, lines } = terminalOf(undefined);
  expect(await runCommandLine(['list', '--no-such-option-of-this-command'], terminal)).toBe(2);
  expect(lines()).toHaveLength(1);
});

it.each([
  [['foo'], /^✗ InvalidInput: unknown command 'foo'; `npx cadenza --help`/],
  [['lst'], /unknown command 'lst' \(Did you mean list\?\); `npx cadenza --help`/],
  [['list', '--foo'], /unknown option '--foo'; `npx cadenza list --help`/],
  [['router', 'retry'], /missing required argument 'id'; `npx cadenza router retry --help`/],
])('tells of the command line %p what is wrong, and where to read on', async (argv, told) => {
  const { terminal, lines } = terminalOf(undefined);
  expect(await runCommandLine(argv, terminal)).toBe(2);
  expect(lines().join('\n')).toMatch(told);
});
