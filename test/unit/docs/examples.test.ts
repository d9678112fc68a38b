import { parse } from 'yaml';
import type { ChainInput } from '../../../src/contracts/chain.schema';
import { versionOf } from '../../../src/config/load-definitions';
import { checkBatch } from '../../../src/client/prepare-items';
import { checkInput } from '../../../src/contracts/check-input.schema';
import { subscriptionSchema } from '../../../src/contracts/event-router.schema';
import { definitionSchema } from '../../../src/contracts/pipeline.schema';
import { registrySchema } from '../../../src/contracts/registry.schema';
import { checkChain } from '../../../src/core/chain/chain-input';
import type { JsonObject } from '../../../src/contracts/json';
import type { NamesOf } from '../../../src/core/graph/check-steps';
import { planSteps } from '../../../src/core/graph/check-steps';
import { parseExpression } from '../../../src/evaluator/parse-expression';
import { blocksOf, filesIn, pages, read } from './pages';

const namesOf: NamesOf = (expression, at) => {
  const parsed = parseExpression(expression);
  if (!parsed.ok) throw new Error(`${at}: ${parsed.problem}`);
  return parsed;
};

/** What a Worker asks of a pipeline before it runs anything. */
function plan(given: unknown) {
  const { steps, output } = checkInput('pipeline', given);
  return planSteps(steps ?? [], output, namesOf);
}

/** Checks data by what it is meant for, and says what that is. @throws where it is nothing that is known, or wrong */
function kindOf(given: Record<string, unknown>): string {
  if ('providers' in given || 'models' in given || 'budgets' in given) {
    registrySchema.parse({ models: {}, ...given });
    return 'registry';
  }
  if ('subscriptions' in given) {
    for (const { filter } of checkInput('eventRouter', given).subscriptions) if (filter) namesOf(filter, 'filter');
    return 'router';
  }
  if ('on' in given) {
    subscriptionSchema.parse(given);
    return 'subscription';
  }
  if ('items' in given) {
    checkBatch(checkInput('batch', given));
    return 'batch';
  }
  for (const [field, pattern] of [
    ['initialPrompt', 'chain'],
    ['stages', 'cascade'],
    ['members', 'ensemble'],
    ['problem', 'treeOfThought'],
    ['task', 'routeToModel'],
  ] as const) {
    if (!(field in given)) continue;
    const input = checkInput(pattern, given);
    if (pattern === 'chain') checkChain((input as ChainInput).steps);
    return pattern;
  }
  if ('name' in given) {
    const { steps, output } = definitionSchema.parse(given);
    planSteps(steps, output, namesOf);
    return 'definition';
  }
  plan(given);
  return 'pipeline';
}

const yamlOf = (page: string) => blocksOf(read(page)).filter(({ language }) => language === 'yaml');
const withYaml = pages().filter((page) => yamlOf(page).length > 0);

test.each(withYaml)('every YAML block of %s is what it is shown for', (page) => {
  for (const { text } of yamlOf(page)) expect(() => kindOf(parse(text) as Record<string, unknown>)).not.toThrow();
});

test('the pages show each kind of YAML that there is', () => {
  const kinds = withYaml.flatMap((page) => yamlOf(page).map(({ text }) => kindOf(parse(text) as never)));
  expect([...new Set(kinds)].sort()).toEqual([
    'batch',
    'cascade',
    'chain',
    'definition',
    'ensemble',
    'pipeline',
    'registry',
    'routeToModel',
    'router',
    'subscription',
    'treeOfThought',
  ]);
});

const isBatch = (file: string) => file.startsWith('examples/batch/');

test.each(filesIn('examples', '.yaml').filter((file) => !isBatch(file)))('%s is what it is shown for', (file) => {
  expect(() => kindOf(parse(read(file)) as Record<string, unknown>)).not.toThrow();
});

test.each(filesIn('examples', '.yaml').filter(isBatch))('%s fits the items of the same name', (file) => {
  const [, pattern] = /npx cadenza batch (\w+) --config (\S+) --items \S+/.exec(read(file)) ?? [];
  const lines = read(file.replace(/yaml$/, 'jsonl')).trim().split('\n');
  const items = lines.map((line) => JSON.parse(line) as JsonObject);
  for (const item of items) checkBatch(checkInput('batch', { pattern, config: parse(read(file)), items: [item] }));
  expect(items.filter(({ expected }) => expected === undefined)).toEqual([]);
});

test('the pipeline of the README is the example, and needs no labels of its own', () => {
  const blocks = yamlOf('README.md').filter(({ text }) => text.startsWith('# order.yaml'));
  expect(blocks).toHaveLength(1);
  const given: unknown = parse(blocks[0]?.text ?? '');
  expect(given).toEqual(parse(read('examples/pipeline/order.yaml')));
  const steps = plan(given);
  expect(steps.find(({ approval }) => approval)?.condition).toBe("kind.type = 'invoice'");
  expect(steps.filter(({ config }) => 'labels' in config)).toEqual([]);
});

test('the definition of docs/definitions.md is the example, in the version that the page shows', () => {
  const [block] = yamlOf('docs/definitions.md').filter(({ text }) => text.startsWith('# complaint.yaml'));
  const shown = definitionSchema.parse(parse(block?.text ?? ''));
  expect(shown).toEqual(definitionSchema.parse(parse(read('examples/definitions/complaint.yaml'))));
  const versions = [...read('docs/definitions.md').matchAll(/complaint@([0-9a-f]+)/g)].map(
    ([, version = '']) => version,
  );
  expect(versions.filter((version) => !versionOf(shown).startsWith(version))).toEqual([]);
  expect(versions.length).toBeGreaterThan(1);
});
