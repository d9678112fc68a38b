import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..', '..', '..');
const page = readFileSync(path.join(root, 'docs', 'builder.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
function run(block: string): Record<string, unknown> {
  const { outputText } = ts.transpileModule(block, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exported: Record<string, unknown> = {};
  const client = () => jest.requireActual<object>('../../../src/client');
  new Function('exports', 'require', outputText)(exported, client);
  return exported;
}

test('what docs/builder.md builds passes the schemas', () => {
  const { orders } = run(blocks[0] ?? '') as { orders: { definition(): { steps: { inputs: object }[] } } };
  expect(orders.definition().steps[2]?.inputs).toEqual({ line: 'row.line', customer: 'input.customer?' });
  expect(run(blocks[2] ?? '')['input']).toMatchObject({ subscriptions: [{ orderBy: 'data.customer' }, {}, {}] });
});
