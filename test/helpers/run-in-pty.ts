import { spawn, spawnSync } from 'node:child_process';
import { compiledFile } from '../../src/config/package-paths';
import { neutralVariables } from './run-cli';
import type { Screen } from './screen';
import { createScreen } from './screen';

/** A command in a pseudo terminal of its own. */
export type PtyRun = {
  readonly screen: Screen;
  /** All that the terminal was sent, with what steers it. */
  sent(): string;
  /** Types keys: `\u0003` is Ctrl-C, which the terminal turns into a signal. */
  type(keys: string): void;
  /** Resolves when the rows of the screen match; rejects when the command ends before. */
  shows(pattern: RegExp): Promise<void>;
  /** The exit status. */
  readonly ended: Promise<number | null>;
};

/** True where the `script` of util-linux is, which opens the pseudo terminal: every Debian has it. */
export const hasPty = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** Runs a command line in a terminal of so many columns. */
export function runInPty(args: readonly string[], columns: number, variables: Record<string, string>): PtyRun {
  const quoted = [process.execPath, compiledFile('cli', 'main.js'), ...args].map((word) => `'${word}'`).join(' ');
  const command = `stty cols ${columns} rows 40; exec ${quoted}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    env: { ...neutralVariables(), TERM: 'xterm-256color', ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const screen = createScreen(columns);
  const listeners = new Set<() => void>();
  let sent = '';
  let hasEnded = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    sent += text;
    screen.write(text);
    listeners.forEach((listener) => listener());
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      hasEnded = true;
      resolve(code);
      listeners.forEach((listener) => listener());
    });
  });
  return {
    screen,
    sent: () => sent,
    type: (keys) => void child.stdin.write(keys),
    ended,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const text = screen.rows().join('\n');
          if (pattern.test(text)) resolve();
          else if (hasEnded) reject(new Error(`ended without showing ${String(pattern)}:\n${text}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
  };
}
