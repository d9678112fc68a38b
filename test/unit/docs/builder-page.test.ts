import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..', '..', '..');
const page = readFileSync(path.join(root, 'docs', 'builder.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
const names = ['orders.ts', 'main.ts', 'router.ts'];

/** The page's programs as files of this project, the package being its sources. */
const files = new Map(
  blocks.map((block, index) => [
    path.join(root, 'test', names[index] ?? `more-${index}.ts`),
    block.replace("from 'cadenza/worker'", "from '../src/worker'").replaceAll("from 'cadenza'", "from '../src/client'"),
  ]),
);

/** What the compiler says of each file. */
function messagesOf(programFiles: ReadonlyMap<string, string>): Record<string, string[]> {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => programFiles.has(file) || fileExists(file);
  host.readFile = (file) => programFiles.get(file) ?? readFile(file);
  host.getSourceFile = (file, settings, ...rest) => {
    const text = programFiles.get(file);
    return text === undefined ? getSourceFile(file, settings, ...rest) : ts.createSourceFile(file, text, settings);
  };
  const program = ts.createProgram([...programFiles.keys()], { ...options, noEmit: true }, host);
  const messages = [...programFiles.keys()].map((file) => [
    path.basename(file),
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  ]);
  return Object.fromEntries(messages) as Record<string, string[]>;
}

function run(block: string): Record<string, unknown> {
  const { outputText } = ts.transpileModule(block, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exported: Record<string, unknown> = {};
  const client = () => jest.requireActual<object>('../../../src/client');
  new Function('exports', 'require', outputText)(exported, client);
  return exported;
}

test('every program of docs/builder.md compiles as it stands', () => {
  expect(blocks).toHaveLength(names.length);
  const misspelt = (files.get(path.join(root, 'test', 'orders.ts')) ?? '').replace('kind.type,', 'kind.tpye,');
  const messages = messagesOf(new Map([...files, [path.join(root, 'test', 'misspelt.ts'), misspelt]]));
  expect(messages).toEqual({
    'orders.ts': [],
    'main.ts': [],
    'router.ts': [],
    'misspelt.ts': [expect.stringContaining("'tpye'")],
  });
}, 120_000);

test('what docs/builder.md builds passes the schemas', () => {
  const { orders } = run(blocks[0] ?? '') as { orders: { definition(): { steps: { inputs: object }[] } } };
  expect(orders.definition().steps[2]?.inputs).toEqual({ line: 'row.line', customer: 'input.customer?' });
  expect(run(blocks[2] ?? '')['input']).toMatchObject({ subscriptions: [{ orderBy: 'data.customer' }, {}, {}] });
});
