import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createExtractText } from '../../../src/handlers/extract-text';
import { createSlots } from '../../../src/handlers/extraction/slots';
import { extract, failure } from './extract-text-setup';
import { createFakeContext } from './fake-context';

const SAFETY = 'const stop = Date.now() + 20_000;';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'cadenza-child-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A reading process that does what it likes, though not for ever should a test fail; it leaves its pid beside itself. */
function child(script: string): string {
  const file = path.join(folder, 'child.js');
  writeFileSync(file, `require('fs').writeFileSync(__filename + '.pid', String(process.pid));\n${SAFETY}\n${script}`);
  return file;
}

function isRunning(file: string): boolean {
  try {
    process.kill(Number(readFileSync(`${file}.pid`, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

async function untilStarted(file: string): Promise<void> {
  while (!existsSync(`${file}.pid`)) await sleep(20);
}

describe('limits of the reading process', () => {
  test('one that never ends is killed at the time limit', async () => {
    const childFile = child('while (Date.now() < stop);');
    const failed = await failure(extract('a.pdf', 'x', { childFile, limits: { timeoutMs: 1500 } }));
    expect(failed).toMatchObject({
      type: 'ExtractionLimit',
      message: 'a.pdf: took more than the 1.5 seconds that reading one document may take',
    });
    expect(isRunning(childFile)).toBe(false);
  });

  test.each([
    ['buffers', 'const all = []; while (Date.now() < stop) if (all.length < 60) all.push(Buffer.alloc(10e6, 1));'],
    ['objects', 'const all = []; while (Date.now() < stop) all.push({ some: "object", number: all.length });'],
  ])('one that fills its memory with %s is killed at the memory limit', async (_case, script) => {
    const childFile = child(script);
    const failed = await failure(extract('a.pdf', 'x', { childFile, limits: { memoryBytes: 200 * 1024 * 1024 } }));
    expect(failed).toMatchObject({ type: 'ExtractionLimit', message: expect.stringContaining('200 MB of memory') });
    expect(isRunning(childFile)).toBe(false);
  });

  test('one that writes without end is killed at the output limit', async () => {
    const childFile = child(
      'const block = "x".repeat(1e6); (function on() { if (Date.now() < stop) process.stdout.write(block, on); })();',
    );
    const failed = await failure(extract('a.pdf', 'x', { childFile, limits: { outputBytes: 20 * 1024 * 1024 } }));
    expect(failed).toMatchObject({ type: 'ExtractionLimit', message: expect.stringContaining('20 MB of output') });
    expect(isRunning(childFile)).toBe(false);
  });

  test('an abort kills it and is passed on as it is', async () => {
    const childFile = child('while (Date.now() < stop);');
    const controller = new AbortController();
    const reading = extract('a.pdf', 'x', { childFile, signal: controller.signal });
    await untilStarted(childFile);
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(isRunning(childFile)).toBe(false);
  });

  test('after an abort none is started', async () => {
    const childFile = child('');
    await expect(extract('a.pdf', 'x', { childFile, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    );
    expect(existsSync(`${childFile}.pid`)).toBe(false);
  });

  test('an abort while the document is fetched starts none', async () => {
    const childFile = child('while (Date.now() < stop);');
    const controller = new AbortController();
    const { context, put } = createFakeContext({ signal: controller.signal });
    const document = put('a.txt', 'x');
    const read = (...given: Parameters<typeof context.read>) => {
      controller.abort(new Error('gone'));
      return context.read(...given);
    };
    const handler = createExtractText({ childFile, limits: { timeoutMs: 3000 } });
    await expect(handler({ document }, {}, { ...context, read })).rejects.toThrow('gone');
    expect(existsSync(`${childFile}.pid`)).toBe(false);
  });

  test('it is given no environment', async () => {
    const reply =
      '{ ok: true, document: { text: JSON.stringify(process.env), pages: 1, title: null, mediaType: "x" } }';
    const childFile = child(`process.stdout.write(JSON.stringify(${reply}));`);
    await expect(extract('a.pdf', 'x', { childFile })).resolves.toMatchObject({ text: '{}' });
  });
});

describe('a reading process that fails', () => {
  test.each([
    ['is stopped from outside, to be tried again', 'process.kill(process.pid, "SIGTERM")', 'HandlerFailed'],
    ['crashes', 'process.kill(process.pid, "SIGSEGV"); while (Date.now() < stop);', 'DocumentCorrupt'],
    ['ends without an answer', 'process.exit(0)', 'Internal'],
    ['answers nonsense', 'console.log(JSON.stringify({ ok: true, document: { text: 7 } }))', 'Internal'],
    [
      'names a failure that is not its to name',
      'console.log(JSON.stringify({ ok: false, type: "QuotaExhausted", reason: "x" }))',
      'Internal',
    ],
    ['can not run', 'throw new Error("no")', 'Internal'],
  ])('that %s ends in a typed failure', async (_case, script, type) => {
    const failed = await failure(extract('a.pdf', 'x', { childFile: child(script) }));
    expect(failed).toMatchObject({ type, message: expect.stringMatching(/^a\.pdf: /) });
  });
});

describe('slots', () => {
  const never = new AbortController().signal;

  test('run so many at a time, and the next when one fails', async () => {
    const inSlot = createSlots(2);
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (running += 1));
      await sleep(10);
      running -= 1;
      throw new Error('failed');
    };
    const ended = await Promise.allSettled(Array.from({ length: 7 }, () => inSlot(never, work)));
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
    expect(most).toBe(2);
  });

  test('are left by who is aborted, without losing one', async () => {
    const inSlot = createSlots(1);
    const controller = new AbortController();
    const first = inSlot(never, () => sleep(50));
    const waiting = inSlot(controller.signal, () => Promise.resolve('never runs'));
    const last = inSlot(never, () => Promise.resolve('runs'));
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await first;
    await expect(last).resolves.toBe('runs');
  });
});
