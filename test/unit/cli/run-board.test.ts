import type { RunView } from '../../../src/cli/run-board';
import { boardLines, createRunBoard } from '../../../src/cli/run-board';
import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';
import { createTerminal } from '../../../src/cli/terminal';
import { createScreen } from '../../helpers/screen';
import type { RunProgress, StepProgress } from '../../../src/contracts/run';

const NOW = Date.parse('2026-03-10T12:00:10Z');
const USAGE = {
  calls: 2,
  cutCalls: 0,
  inputTokens: 1234567,
  outputTokens: 56,
  costUsd: 0.01234,
  journalHits: 0,
  cacheHits: 0,
};
const NONE = { ...USAGE, calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };

function viewOf(...steps: StepProgress[]): RunView {
  const usage = { ...NONE, byModel: {}, byStep: {} };
  const progress: RunProgress = { pattern: 'pipeline', status: 'running', startedAt: '', steps, usage };
  return { progress };
}

const HARD = viewOf(
  { name: 'extract', status: 'completed', handler: 'extract_text', durationSeconds: 0.4, attempts: 1, usage: NONE },
  {
    name: 'a_name_that_is_much_longer_than_others_are',
    status: 'completed',
    models: ['模型'.repeat(30), 'gpt4'],
    durationSeconds: 3725,
    attempts: 3,
    usage: USAGE,
    note: `請求書${'ノート'.repeat(60)}`,
  },
  {
    name: 'classify',
    status: 'failed',
    attempts: 1,
    error: { type: 'AuthenticationFailed', message: `bad\u001b[2J key\n${'x'.repeat(300)}` },
  },
  { name: 'summary', status: 'running', handler: 'generate_summary', startedAt: '2026-03-10T12:00:00Z' },
  { name: 'validate', status: 'skipped', reason: 'step "classify" failed' },
);
const RETRYING: RunView = {
  ...HARD,
  retrying: [
    {
      activityType: 'generate_summary',
      attempt: 2,
      lastFailure: { type: 'RateLimited', message: 'slow down '.repeat(30) },
    },
  ],
};

describe('the live tree', () => {
  it.each([40, 60, 80, 120])('keeps every line within %d columns, wide characters included', (columns) => {
    const lines = boardLines(
      new Map([[`請求書${'x'.repeat(200)}.pdf`, RETRYING]]),
      { columns: columns - 1, rows: 50, paint: PLAIN },
      NOW,
    );
    expect(lines.map(widthOf).filter((width) => width > columns - 1)).toEqual([]);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('shows state, model, seconds, tokens, money, and the failure that an attempt follows', () => {
    const text = boardLines(new Map([['invoice.pdf', RETRYING]]), { columns: 119, rows: 50, paint: PLAIN }, NOW).join(
      '\n',
    );
    expect(text).toContain('● invoice.pdf');
    expect(text).toMatch(/✓ extract +extract_text +0\.4 s/);
    expect(text).toMatch(/1 h 2 min +1,234,623 tok +\$0\.0123/);
    expect(text).toMatch(/● summary +generate_summary +10 s/);
    expect(text).toContain('attempt 2 after a failure: RateLimited, slow down');
    expect(text).toContain('AuthenticationFailed: bad key');
    expect(text).toContain('skipped: step "classify" failed');
  });

  it('never has as many lines as the screen, however many runs there are', () => {
    const views = new Map(Array.from({ length: 40 }, (_, index) => [`file-${index}.pdf`, HARD] as const));
    for (const rows of [5, 24, 50]) {
      expect(boardLines(views, { columns: 79, rows, paint: PLAIN }, NOW).length).toBeLessThan(rows);
    }
  });
});

describe('without a terminal', () => {
  it('says each change once, in one line, without colours or control characters', () => {
    const { terminal, said } = captured();
    const board = createRunBoard(terminal);
    board.update('a.pdf', HARD);
    board.update('a.pdf', HARD);
    board.update('a.pdf', RETRYING);
    board.finish('a.pdf', 'failed', 'AuthenticationFailed: bad\nkey');
    board.close();
    const lines = said().trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe('a.pdf: extract completed (0.4 s)');
    expect(lines.at(-1)).toBe('a.pdf: failed, AuthenticationFailed: bad key');
    expect(said()).not.toContain('\u001b');
  });
});

describe('a terminal', () => {
  it('erases exactly what it drew, and puts what is said above it', () => {
    const { terminal, said } = captured({ isTTY: true, columns: 80, rows: 24 });
    terminal.draw(['one', 'two']);
    terminal.say('a sentence');
    terminal.draw(['one']);
    terminal.draw([]);
    const up = '\r\u001b[2A';
    const line = '\u001b[2K';
    const rest = '\u001b[0J';
    expect(said()).toBe(
      `one\ntwo\n${up}${line}a sentence\n${line}one\n${line}two\n${up}${line}one\n${rest}\r\u001b[1A${rest}`,
    );
  });

  it('leaves nothing of what it drew below a command that is wider than the screen, or on one that was narrowed', () => {
    const screen = createScreen(40);
    const stderr = { isTTY: true, columns: 40, rows: 24, write: (text: string) => screen.write(text) };
    const terminal = createTerminal(stderr, stderr, {});
    terminal.draw(['one'.repeat(12), 'two'.repeat(12)]);
    terminal.say(`  ${'c'.repeat(50)}`);
    terminal.draw(['three', 'four']);
    expect(screen.rows()).toEqual([`  ${'c'.repeat(38)}`, 'c'.repeat(12), 'three', 'four', '']);

    const wide = createScreen(20);
    stderr.write = (text) => wide.write(text);
    stderr.columns = 40;
    terminal.draw([]);
    terminal.draw(['x'.repeat(30), 'y']);
    stderr.columns = 20;
    terminal.draw(['z']);
    expect(wide.rows()).toEqual(['z', '']);
  });

  it('breaks long sentences between words, leaves lines to copy whole, and can be passed on as a function', () => {
    const { terminal, said } = captured({ isTTY: true, columns: 40, rows: 24 });
    const { say } = terminal;
    say(`${'word '.repeat(12).trim()}\n  npx cadenza watch ${'x'.repeat(40)}`);
    expect(said()).toBe(
      `${'word '.repeat(8).trim()}\n${'word '.repeat(4).trim()}\n  npx cadenza watch ${'x'.repeat(40)}\n`,
    );
  });

  it('has no colours with NO_COLOR, for a pipe, or on a dumb terminal', () => {
    const tty = { isTTY: true, columns: 80, rows: 24 };
    expect(captured(tty).terminal.paint.red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(captured(tty, { NO_COLOR: '1' }).terminal.paint.red('x')).toBe('x');
    expect(captured(tty, { TERM: 'dumb' }).terminal.paint.red('x')).toBe('x');
    expect(captured().terminal.paint.red('x')).toBe('x');
  });
});

function captured(
  stream: { isTTY?: boolean; columns?: number; rows?: number } = {},
  environment: NodeJS.ProcessEnv = {},
) {
  let written = '';
  const stderr = { ...stream, write: (text: string) => (written += text) };
  return { terminal: createTerminal(stderr, stderr, environment), said: () => written };
}
