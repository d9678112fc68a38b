import type { Client } from '@temporalio/client';
import { createDefinitions } from '../../../src/client/definitions';
import { createEmit } from '../../../src/client/emit';
import { prepareInput } from '../../../src/client/prepare-input';
import type { JsonValue } from '../../../src/contracts/json';
import type { ContentStore } from '../../../src/store/content-store';

const steps = [{ name: 'one', promptTemplate: 'x' }];
const prepare = (initialPrompt: unknown) =>
  prepareInput('chain', { initialPrompt: initialPrompt as JsonValue, steps }, {} as ContentStore, 'default');

const client = { options: { namespace: 'default' } } as Client;
const define = (input: unknown) =>
  createDefinitions(client, {} as ContentStore).define({
    name: 'x',
    input,
    steps: [{ name: 'a', wait: { seconds: 1 } }],
  });
const emit = (data: unknown) =>
  createEmit(client, {} as ContentStore)('router', { type: 'a.b', data: data as JsonValue });

test('what can not be written as JSON is refused as input, not as a defect', async () => {
  const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) as unknown;
  await expect(prepare(deep)).rejects.toThrow('chain input: is nested too deep, or too large');
  await expect(define(deep)).rejects.toThrow('definition: is nested too deep, or too large');
  await expect(emit(deep)).rejects.toThrow('event: is nested too deep, or too large');
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  await expect(prepare(cycle)).rejects.toThrow('chain input: can not be written as JSON');
  await expect(define(cycle)).rejects.toThrow('definition: can not be written as JSON');
  await expect(emit(cycle)).rejects.toThrow('event: can not be written as JSON');
});
