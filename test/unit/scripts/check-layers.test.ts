import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface CheckLayers {
  findBreaks: (graph: Map<string, string[]>) => string[];
  importGraph: (root: string) => Map<string, string[]>;
  importsOf: (source: string) => string[];
}
const { findBreaks, importGraph, importsOf } = jest.requireActual<CheckLayers>('../../../scripts/check-layers.cjs');

describe('what a file imports', () => {
  test.each([
    ['a value', "import { a } from './a'; a();", ['./a']],
    ['a file for what it does', "import './a';", ['./a']],
    ['values and types', "import { a, type B } from './a'; export const b: B = a;", ['./a']],
    ['something handed on', "export { a } from './a'; export * from './b';", ['./a', './b']],
    ['something later', "export const a = () => import('./a.js');", ['./a.js']],
    [
      'something by require',
      "export const a = () => require('./a') as typeof A; import type * as A from './a';",
      ['./a'],
    ],
    ['a package and what is built in', "import z from 'zod/v4'; import fs from 'node:fs'; z(fs);", ['zod/v4']],
    ['a file twice', "import { a } from './a'; export { b } from './a'; a();", ['./a']],
  ])('%s', (_, source, imports) => {
    expect(importsOf(source)).toEqual(imports);
  });

  test.each([
    ['a type', "import type { A } from './a'; export const a = (b: A) => b;"],
    ['a type among none', "import { type A } from './a'; export const a = (b: A) => b;"],
    ['what is used as a type only', "import { A } from './a'; export const a = (b: A): typeof A => b;"],
    ['a type handed on', "export type { A } from './a'; export { type B } from './b';"],
    ['a type in its place', "export const a = (b: import('./a').A) => b;"],
    ['what stands in a comment', "// import('./a')\n/** require('./b') */\nexport const a = 1;"],
  ])('not %s', (_, source) => {
    expect(importsOf(source)).toEqual([]);
  });
});

describe('files of a folder', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'cadenza-layers-'));
  const write = (file: string, source: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), source);
  };
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('an import leads to a file with or without its ending, to a folder, to JSON, to a package', () => {
    write('src/a.ts', "export * from './b'; export * from './b/c.js'; export * from './d'; export * from 'zod';");
    write('src/b.ts', '');
    write('src/b/c.ts', "export { default } from '../e.json';");
    write('src/d/index.ts', '');
    write('src/e.json', '{}');
    expect(Object.fromEntries(importGraph(root))).toEqual({
      'src/a.ts': ['src/b.ts', 'src/b/c.ts', 'src/d/index.ts', 'node_modules/zod'],
      'src/b.ts': [],
      'src/b/c.ts': ['src/e.json'],
      'src/d/index.ts': [],
    });
    write('src/b.ts', "import './away';");
    expect(() => importGraph(root)).toThrow("src/b.ts imports './away', which is none of src/away, src/away.ts");
  });
});

describe('a break of each rule is told with the way to it', () => {
  test.each([
    ['no-cycles', ['a', 'b', 'c', 'b'], 'b → c → b'],
    ['no-cycles', ['a', 'a'], 'a → a'],
    ['sandbox-reaches-no-io', ['src/workflows/a.ts', 'src/contracts/b.ts', 'src/store/c.ts']],
    ['sandbox-reaches-no-io', ['src/core/a.ts', 'src/core/a.schema.ts']],
    ['sandbox-reaches-no-io', ['src/core/a.ts', 'src/contracts/b.ts', 'node_modules/zod/v4']],
    ['sandbox-reaches-no-io', ['src/workflows/a.ts', 'node_modules/@temporalio/client']],
    ['gateway-reaches-no-temporal', ['src/isolation/a.ts', 'src/core/b.ts', 'node_modules/@temporalio/common']],
    ['client-reaches-no-worker', ['src/client.ts', 'src/cli/b.ts', 'src/worker.ts']],
    ['client-reaches-no-worker', ['src/client/a.ts', 'src/config/b.ts', 'node_modules/openai']],
  ])('%s: %j', (rule, way, told = way.join(' → ')) => {
    const graph = new Map(way.slice(0, -1).map((file, at) => [file, [...(at ? [] : ['src/other.ts']), way[at + 1]!]]));
    graph.set('src/other.ts', ['src/contracts/none.ts']);
    const breaks = findBreaks(graph);
    expect(breaks).toHaveLength(1);
    expect(breaks[0]).toMatch(new RegExp(`^${rule}\\b`));
    expect(breaks[0]).toContain(`: ${told}`);
  });

  test('nothing is told of imports that no rule forbids', () => {
    const allowed = {
      'src/workflows/a.ts': ['src/core/b.ts', 'node_modules/@temporalio/workflow'],
      'src/core/b.ts': ['src/contracts/c.ts'],
      'src/gateway/d.ts': ['src/contracts/c.schema.ts', 'node_modules/openai'],
      'src/contracts/c.schema.ts': ['src/contracts/c.ts', 'node_modules/zod'],
      'src/client.ts': ['src/core/b.ts', 'node_modules/@temporalio/client'],
      'src/worker.ts': ['src/gateway/d.ts', 'src/workflows/a.ts', 'node_modules/@temporalio/worker'],
    };
    expect(findBreaks(new Map(Object.entries(allowed)))).toEqual([]);
  });
});
