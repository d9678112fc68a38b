import { prepareInput } from '../../../src/client/prepare-input';
import type { JsonValue } from '../../../src/contracts/json';
import type { ContentStore } from '../../../src/store/content-store';

const steps = [{ name: 'one', promptTemplate: 'x' }];
const prepare = (initialPrompt: unknown) =>
  prepareInput('chain', { initialPrompt: initialPrompt as JsonValue, steps }, {} as ContentStore, 'default');

test('what can not be written as JSON is refused as input, not as a defect', async () => {
  const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as unknown;
  await expect(prepare(deep)).rejects.toThrow('chain input: is nested too deep, or too large');
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  await expect(prepare(cycle)).rejects.toThrow('chain input: can not be written as JSON');
});
