import { compiledFile } from '../../../../src/config/package-paths';
import type { ModelTask } from '../../../../src/contracts/names';
import { createBuiltinModels } from '../../../../src/gateway/builtin/create-builtin-models';
import { BUILTIN_MODEL_TASKS } from '../../../../src/gateway/builtin/model-catalog';
import { breakLongWords, scanWindows } from '../../../../src/gateway/builtin/guard-text';
import { processorTime } from '../../../helpers/processor-time';

const MEGABYTE = 1_000_000;

/** Repeatable noise: a linear congruential generator over an alphabet. */
function noise(alphabet: string, length: number): string {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet.charAt(Math.floor((state / 2_147_483_648) * alphabet.length));
  }).join('');
}

const HOSTILE: Record<string, string> = {
  'one word of a megabyte': 'x'.repeat(MEGABYTE),
  'a megabyte of nonsense': noise('abcdefghij KLMNOP.,;:!?@/-\n0123456789$€\u0000\ud800', MEGABYTE / 4).repeat(4),
  'encoded data': noise('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', MEGABYTE / 4).repeat(4),
  'a million mail beginnings': 'a@'.repeat(MEGABYTE),
  'fifty thousand capitals': 'A'.repeat(50_000),
  'single capitals': 'A '.repeat(MEGABYTE / 2),
  'nothing but names': 'Ab, '.repeat(MEGABYTE / 4),
  'short paragraphs': 'Aa bb.\n\n'.repeat(MEGABYTE / 8),
  'half-finished IBANs': 'GB33 '.repeat(MEGABYTE / 5),
  'a currency and a million spaces': `EUR${' '.repeat(MEGABYTE)}`,
  'line breaks': '\n'.repeat(MEGABYTE),
};

const models = createBuiltinModels({ threadFile: compiledFile('gateway', 'builtin', 'thread.js'), timeoutMs: 60_000 });
jest.setTimeout(90_000);
afterAll(() => models.close());

// Measured: the slowest takes 0.8 s of an idle machine. Processor time, which includes the threads, is what counts here,
// since a busy machine makes anything slow.
test.each(Object.entries(HOSTILE))('%s keeps no model for long', async (_name, text) => {
  for (const [model, tasks] of Object.entries(BUILTIN_MODEL_TASKS)) {
    const before = processorTime();
    const task: ModelTask = tasks[0];
    const result = await models.process(model, task, { text, documentType: 'invoice' }, new AbortController().signal);
    expect(processorTime() - before).toBeLessThan(5_000);
    if (text.length > 200_000) expect(result).toMatchObject({ note: expect.stringContaining('200,000') as string });
  }
});

test('breaking long words keeps the length of a text, and so all offsets', () => {
  const text = `short ${'x'.repeat(450)} ${'y'.repeat(200)} end`;
  const broken = breakLongWords(text);
  expect(broken).toHaveLength(text.length);
  expect(Math.max(...broken.split(/\s/).map((word) => word.length))).toBe(200);
  expect(broken.slice(-204)).toBe(text.slice(-204));
});

test('windows are short and cover the whole text once', () => {
  const text = noise('abc \n', 20_000);
  const windows = scanWindows(text);
  expect(windows.map((window) => window.text).join('')).toBe(text);
  expect(Math.max(...windows.map((window) => window.text.length))).toBeLessThanOrEqual(2_000);
  for (const window of windows) expect(text.startsWith(window.text, window.start)).toBe(true);
});
