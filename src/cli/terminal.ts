import { cleanJson, cleanText } from './render/clean-text';
import { wrapped } from './render/layout';
import type { Paint } from './render/paint';
import { paintFor } from './render/paint';

/** Where a command says things: results on stdout, everything else on stderr. */
export type Terminal = {
  /** True where lines can be drawn again in place. */
  readonly isLive: boolean;
  /** Columns and rows that may be used; the last column stays empty, where some terminals would wrap. */
  readonly columns: number;
  readonly rows: number;
  /** Colours of stderr, and of stdout. */
  readonly paint: Paint;
  readonly resultPaint: Paint;
  /** Tells a person something, on stderr. Takes foreign text: what could steer the terminal is removed. */
  say(sentence: string): void;
  /** Finished lines for a person, on stderr. Takes clean text with colours. */
  show(lines: readonly string[]): void;
  /** Finished lines of a result, on stdout. Takes clean text with colours. */
  print(lines: readonly string[]): void;
  /** The one JSON document of a command, on stdout. */
  printJson(value: unknown): void;
  /** True once the document is out: there is never a second one. */
  readonly hasPrintedJson: boolean;
  /** Puts these lines in place of those of the last call, below everything said; no lines end it. */
  draw(lines: readonly string[]): void;
};

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number; rows?: number };

const DEFAULT_COLUMNS = 80;
const MOST_COLUMNS = 120;

/** The terminal of this process, or of a test. */
export function createTerminal(
  stderr: Stream = process.stderr,
  stdout: Stream = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): Terminal {
  let drawn: readonly string[] = [];
  let hasPrintedJson = false;
  const erase = () => {
    if (drawn.length > 0) stderr.write(`\u001b[${drawn.length}A\u001b[0J`);
  };
  const write = (stream: Stream, lines: readonly string[]) => {
    erase();
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
    if (drawn.length > 0) stderr.write(`${drawn.join('\n')}\n`);
  };
  return {
    isLive: Boolean(stderr.isTTY) && environment.TERM !== 'dumb' && (stderr.columns ?? DEFAULT_COLUMNS) >= 40,
    get columns() {
      const columns = stderr.columns ?? stdout.columns ?? DEFAULT_COLUMNS;
      return Math.max(40, Math.min(MOST_COLUMNS, columns)) - 1;
    },
    get rows() {
      return stderr.rows ?? 24;
    },
    paint: paintFor(stderr, environment),
    resultPaint: paintFor(stdout, environment),
    say(sentence) {
      const lines = cleanText(sentence).split('\n');
      // A line with something to copy in it starts with spaces, and is left whole.
      const wraps = (line: string) => Boolean(stderr.isTTY) && !line.startsWith(' ');
      write(
        stderr,
        lines.flatMap((line) => (wraps(line) ? wrapped(line, this.columns, 0) : [line])),
      );
    },
    show: (lines) => write(stderr, lines),
    print: (lines) => write(stdout, lines),
    printJson(value) {
      hasPrintedJson = true;
      write(stdout, [cleanJson(value)]);
    },
    get hasPrintedJson() {
      return hasPrintedJson;
    },
    draw(lines) {
      // One write: what is erased and drawn again apart flickers.
      const over = drawn.length > 0 ? `\u001b[${drawn.length}A\u001b[0J` : '';
      const next = lines.length > 0 ? `${lines.join('\n')}\n` : '';
      if (over !== '' || next !== '') stderr.write(over + next);
      drawn = lines;
    },
  };
}
