import path from 'node:path';
import type { z } from 'zod';
import { batchResultSchema } from '../../../src/contracts/batch.schema';
import { cascadeResultSchema } from '../../../src/contracts/cascade.schema';
import { chainResultSchema } from '../../../src/contracts/chain.schema';
import { ensembleResultSchema } from '../../../src/contracts/ensemble.schema';
import { PATTERNS } from '../../../src/contracts/names';
import { pipelineResultSchema } from '../../../src/contracts/pipeline.schema';
import { routeToModelResultSchema } from '../../../src/contracts/route-to-model.schema';
import { treeOfThoughtResultSchema } from '../../../src/contracts/tree-of-thought.schema';
import { blocksOf, filesIn, read } from './pages';

/** What every page of a pattern has, in this order; more may stand between. */
const PARTS = ['Try it', 'Input', 'Result', 'Cost'];

const RESULTS: Partial<Record<string, z.ZodObject>> = {
  pipeline: pipelineResultSchema,
  routeToModel: routeToModelResultSchema,
  ensemble: ensembleResultSchema,
  cascade: cascadeResultSchema,
  chain: chainResultSchema,
  treeOfThought: treeOfThoughtResultSchema,
  batch: batchResultSchema,
};

const pageOf = (pattern: string) =>
  `docs/patterns/${pattern.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;

/** The text of a page below one of its headings. */
function partOf(page: string, heading: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

test('there is one page for each pattern, and no other', () => {
  expect(filesIn('docs/patterns', '.md')).toEqual(PATTERNS.map(pageOf).sort());
});

test.each(PATTERNS)(
  'the page of %s says when to use it, shows a picture, and has the parts of every page',
  (pattern) => {
    const page = read(pageOf(pattern));
    expect(page.startsWith(`# ${pattern}\n\n`)).toBe(true);
    const [top = ''] = page.split(/^## /m);
    expect(top).toContain('**Use it when**');
    expect(top).toMatch(/```mermaid\n|!\[[^\]]{10,}\]\(/);
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, text]) => text);
    expect(headings.filter((text) => PARTS.includes(text ?? ''))).toEqual(PARTS);
    // The page of a run, as `npm run docs:pictures` takes it.
    expect(page).toMatch(
      new RegExp(`!\\[The page of .*\\]\\(\\.\\./images/${path.basename(pageOf(pattern), '.md')}\\.png\\)`),
    );
  },
);

test.each(PATTERNS)(
  'the page of %s begins with an example that is in the project, and shows what it says',
  (pattern) => {
    const [commands, output] = blocksOf(partOf(read(pageOf(pattern)), 'Try it'));
    expect(commands?.text).toMatch(/npx cadenza (run|batch) .*examples\//);
    expect(output?.text).toMatch(/^[✓●] /);
  },
);

test.each(Object.keys(RESULTS))('the result on the page of %s has fields that a result has', (pattern) => {
  const shown = blocksOf(partOf(read(pageOf(pattern)), 'Result')).find(({ language }) => language === 'json');
  const known = Object.keys(RESULTS[pattern]?.shape ?? {});
  const fields = Object.keys(JSON.parse(shown?.text ?? '') as object);
  expect(fields.length).toBeGreaterThan(3);
  expect(fields.filter((field) => !known.includes(field))).toEqual([]);
});
