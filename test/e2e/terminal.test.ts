import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { hasPty, runInPty } from '../helpers/run-in-pty';
import type { PtyRun } from '../helpers/run-in-pty';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld, serveWorld } from '../helpers/test-world';
import { closeTestServer } from '../helpers/test-server';

/** An id that takes twice as many columns as it has characters. */
const WIDE = '左'.repeat(30);

/** Wide, joined and hostile: what a model may answer. */
const ANSWER = `請求書 👩‍👩‍👧 \u001b[2J\u001b]0;title\u0007 ${'and many words more '.repeat(8)}`;

let world: TestWorld;
let stop: () => Promise<void>;
let input: string;
/** Lets the second step's answer go. */
let release: () => void;

jest.setTimeout(60_000);
beforeAll(async () => {
  world = await createTestWorld();
  stop = await serveWorld(world);
  input = path.join(world.folder, 'chain.yaml');
  const steps = ['outline', 'titles'].map((name) => ({
    name,
    promptTemplate: `${name}: {initial_input}`,
    model: 'gpt',
  }));
  await writeFile(input, stringify({ initialPrompt: 'durable', steps }));
});
beforeEach(() => {
  const held = new Promise<void>((resolve) => (release = resolve));
  world.models.script(async ({ body }) => {
    if (body.messages?.at(-1)?.content.startsWith('titles')) await held;
    return { text: ANSWER, delayMs: 500 };
  });
});
afterEach(() => release());
afterAll(async () => {
  await stop();
  await world.close();
  await closeTestServer();
});

const inTerminal = (columns: number, ...args: string[]) => runInPty(args, columns, world.variables);

/** Lines that the terminal had to break; what is there to be copied, an id too, may be as wide as it is. */
function brokenLines({ screen }: PtyRun): string[] {
  return screen.broken.filter((line) => !/^http:|^ *npx cadenza|^(✓ )?左/.test(line));
}

(hasPty ? describe : describe.skip)('in a terminal', () => {
  it('draws the steps in place while the run goes on, then the result, and no line is too wide', async () => {
    const run = inTerminal(80, 'run', 'chain', '-i', input, '--id', 'drawn');
    await run.shows(/● outline/);
    await run.shows(/✓ outline +gpt +\d\.\d s .*\$0\.0\d+[^]*● titles/);
    expect(run.screen.rows().filter((row) => row.includes('outline'))).toHaveLength(1);
    expect(run.sent()).toMatch(/\u001b\[\d+A/);
    release();
    expect(await run.ended).toBe(0);
    const rows = run.screen.rows();
    expect(rows.join('\n')).toMatch(
      /✓ drawn\n {2}請求書[^]*\n\n {2}How it was decided\n {2}✓ outline[^]*Again +npx cadenza result drawn/,
    );
    expect(rows.filter((row) => row.includes('outline'))).toHaveLength(1);
    expect(rows.join('')).not.toContain('●');
    expect(run.sent()).not.toMatch(/\u001b\[2J|\u001b\]/);
    expect(brokenLines(run)).toEqual([]);
  });

  it('leaves a run to itself at Ctrl-C, with exit status 130, and says how to go on', async () => {
    const run = inTerminal(80, 'run', 'chain', '-i', input, '--id', WIDE);
    await run.shows(/● titles/);
    run.type('\u0003');
    expect(await run.ended).toBe(130);
    const text = run.screen.rows().join('\n');
    expect(text).toMatch(
      /Detached: the run goes on\.\n {2}Watch\nnpx cadenza watch '左+\n?左+'\n {2}Cancel\nnpx cadenza cancel '左/,
    );
    expect(text).not.toContain('●');
    expect(brokenLines(run)).toEqual([]);
    expect(await world.cadenza.find(WIDE).then((handle) => handle.status())).toBe('running');
    release();
    const watched = inTerminal(40, 'watch', WIDE);
    expect(await watched.ended).toBe(0);
    expect(watched.screen.rows().join('\n')).toMatch(/✓ 左+\n左+\n {2}請求書[^]*✓ titles/);
    expect(brokenLines(watched)).toEqual([]);
  });
});
