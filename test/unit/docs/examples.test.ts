import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { checkInput } from '../../../src/contracts/check-input.schema';
import { registrySchema } from '../../../src/contracts/registry.schema';
import type { NamesOf } from '../../../src/core/graph/check-steps';
import { planSteps } from '../../../src/core/graph/check-steps';
import { parseExpression } from '../../../src/evaluator/parse-expression';

const root = path.join(__dirname, '..', '..', '..');

const namesOf: NamesOf = (expression, at) => {
  const parsed = parseExpression(expression);
  if (!parsed.ok) throw new Error(`${at}: ${parsed.problem}`);
  return parsed;
};

function yamlBlocks(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
}

/** What a Worker asks of a pipeline before it runs anything. */
function plan(block: string) {
  const { steps, output } = checkInput('pipeline', parse(block));
  return planSteps(steps ?? [], output, namesOf);
}

test('the pipeline of the README can run as it stands, and needs no labels of its own', () => {
  const blocks = yamlBlocks('README.md').filter((block) => block.startsWith('# order.yaml'));
  expect(blocks).toHaveLength(1);
  const steps = plan(blocks[0] ?? '');
  expect(steps.find(({ approval }) => approval)?.condition).toBe("kind.type = 'invoice'");
  expect(steps.filter(({ config }) => 'labels' in config)).toEqual([]);
});

test.each(['docs/patterns/pipeline.md', 'docs/handlers.md'])('every pipeline of %s can run as it stands', (file) => {
  const blocks = yamlBlocks(file);
  expect(blocks).not.toEqual([]);
  for (const block of blocks) expect(() => plan(block)).not.toThrow();
});

test('every registry of docs/models.md is one', () => {
  const blocks = yamlBlocks('docs/models.md');
  expect(blocks).not.toEqual([]);
  for (const block of blocks) expect(() => registrySchema.parse(parse(block))).not.toThrow();
});
