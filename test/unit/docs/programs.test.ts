import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { parse } from 'yaml';
import { blocksOf, filesIn, pages, read } from './pages';

const root = path.join(__dirname, '..', '..', '..');
const OXLINT = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');

/** What oxlint prints. */
interface Findings {
  diagnostics: { filename: string; message: string }[];
  number_of_files: number;
}
/** What a fragment on a page takes as given: a page says it in words. */
const GIVEN = `
import type { Cadenza, GivenInput } from 'cadenza';
declare const cadenza: Cadenza;
declare const id: string;
declare const input: GivenInput<'pipeline'>;
declare const definition: object;
declare const metrics: { count(name: string): void };
`;

/** The package is what was built of it: its declarations are read faster than its sources. */
const PACKAGE = { cadenza: 'client', 'cadenza/worker': 'worker', 'cadenza/workflows': 'workflows/index' };

function sourceOf(text: string): string {
  const whole = text.includes("from 'cadenza") ? text : `${GIVEN}${text}\nexport {};\n`;
  return whole.replace(/from '(cadenza(?:\/\w+)?)'/g, (_match, name: string) => {
    const file = path.join(root, 'lib', `${PACKAGE[name as keyof typeof PACKAGE]}.js`);
    return `from ${JSON.stringify(file)}`;
  });
}

/** Named by a first line `// name.ts`, else by number; those that await outside of a function are ES modules. */
function programsOf(page: string): [file: string, source: string][] {
  const blocks = blocksOf(read(page)).filter(({ language }) => language === 'ts');
  return blocks.map(({ text }, index) => {
    const [, name] = /^\/\/ ([\w-]+\.ts)\n/.exec(text) ?? [];
    const isModule = /^(?:const .* = )?await /m.test(text);
    const folder = page.replace(/\W/g, '-');
    return [path.join(folder, name ?? `${index}.${isModule ? 'mts' : 'ts'}`), sourceOf(text)];
  });
}

/** What the compiler that `npm run lint` has says of programs, by file: they stand in a folder outside of the project. */
function messagesOf(programs: readonly [file: string, source: string][]): Record<string, string[]> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'cadenza-pages-')));
  try {
    for (const [file, source] of programs) {
      mkdirSync(path.dirname(path.join(folder, 'pages', file)), { recursive: true });
      writeFileSync(path.join(folder, 'pages', file), source);
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    const compilerOptions = { noEmit: true, noUnusedLocals: false, rootDir: path.parse(root).root, types: ['node'] };
    const config = { extends: path.join(root, 'tsconfig.json'), compilerOptions, include: ['pages'] };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(path.join(folder, '.oxlintrc.json'), JSON.stringify({ categories: { correctness: 'off' } }));
    const options = ['-c', '.oxlintrc.json', '--type-aware', '--type-check', '-f', 'json', 'pages'];
    const { stdout } = spawnSync(process.execPath, [OXLINT, ...options], { cwd: folder, encoding: 'utf8' });
    const { diagnostics, number_of_files: files } = JSON.parse(stdout) as Findings;
    expect(files).toBe(programs.length);
    const messages: Record<string, string[]> = {};
    for (const { filename, message } of diagnostics) (messages[path.relative('pages', filename)] ??= []).push(message);
    return messages;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('every TypeScript program of the pages compiles as it stands', () => {
  const programs = pages().flatMap(programsOf);
  expect(programs.length).toBeGreaterThan(10);
  const misspelt = sourceOf("const run = await cadenza.start('pipeline', { definitoin: 'x' });");
  const messages = messagesOf([...programs, [path.join('no-page', 'misspelt.mts'), misspelt]]);
  expect(messages).toEqual({
    [path.join('no-page', 'misspelt.mts')]: [expect.stringContaining("'definitoin' does not exist")],
  });
}, 120_000);

test.each(pages())('the JavaScript of %s parses', (page) => {
  for (const { text } of blocksOf(read(page)).filter(({ language }) => language === 'js')) {
    const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true, fileName: 'block.js' });
    expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  }
});

test('the handlers of docs/handlers.md do what the page says', async () => {
  const [block] = blocksOf(read('docs/handlers.md')).filter(({ language }) => language === 'js');
  type Handlers = Record<
    'count_words' | 'headline',
    (inputs: object, config: object, context: object) => Promise<unknown>
  >;
  const handlers = {} as Handlers;
  new Function('exports', block?.text ?? '')(handlers);
  const ask = async (task: string, { text }: { text: string }, { model }: { model: string }) => ({
    model,
    result: { text: `${task}: ${text}` },
  });
  expect(await handlers.count_words({ text: 'Two chairs and a table.' }, {}, {})).toEqual({ words: 5 });
  expect(await handlers.headline({ text: 'x' }, { model: 'gpt4' }, { ask })).toEqual({
    headline: 'generation: A headline for: x',
    model: 'gpt4',
  });
});

test.each(pages())('the JSON of %s is JSON', (page) => {
  for (const { text } of blocksOf(read(page)).filter(({ language }) => language === 'json')) {
    // A field on its own stands for the object that it is in.
    const whole = text.startsWith('"') ? `{${text}}` : text;
    expect(() => JSON.parse(whole) as unknown).not.toThrow();
  }
});

/** Commands of the pages that are not Cadenza's: scripts of the package, and files that Node runs. */
function missingIn(page: string): string[] {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const text = blocksOf(read(page)).filter(({ language }) => ['', 'sh', 'bash'].includes(language));
  const all = `${text.map((block) => block.text).join('\n')}\n${[...read(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code).join('\n')}`;
  const own = page.startsWith('examples/own-service') ? read('examples/own-service/package.json') : '{}';
  const known = { ...scripts, ...(JSON.parse(own) as { scripts?: object }).scripts };
  const names = [...all.matchAll(/\bnpm run (?:-s |--silent )?([\w:]+)/g)].map(([, name = '']) => name);
  const files = [...all.matchAll(/\b(?:-i|node|--config|--items|--models|define|analyze) (examples\/[\w./-]+)/g)];
  const services = (parse(read('docker-compose.yml')) as { services: object }).services;
  const called = [...all.matchAll(/docker compose exec (\w+)|--scale (\w+)=/g)].map(([, one, two]) => one ?? two ?? '');
  return [
    ...called.filter((name) => !Object.hasOwn(services, name)).map((name) => `docker compose … ${name}`),
    ...names.filter((name) => !Object.hasOwn(known, name)).map((name) => `npm run ${name}`),
    ...files.map(([, file = '']) => file).filter((file) => !existsSync(path.join(root, file))),
  ];
}

test.each(pages())('every npm script and every example file that a command of %s names is there', (page) => {
  expect(missingIn(page)).toEqual([]);
});

const variablesIn = (files: readonly string[]) =>
  new Set(files.flatMap((file) => read(file).match(/\bCADENZA_[A-Z]+(?:_[A-Z]+)*\b/g) ?? []));

test('the pages name the variables that there are, and all of them', () => {
  const known = variablesIn([...filesIn('src', '.ts'), 'docker-compose.yml']);
  const shown = variablesIn(pages());
  expect([...shown].filter((name) => !known.has(name))).toEqual([]);
  expect([...variablesIn(filesIn('src', '.ts'))].filter((name) => !shown.has(name))).toEqual([]);
});

test('every example that can be run is run by an end-to-end test', () => {
  const tests = filesIn('test/e2e', '.test.ts').map(read);
  const runs = (file: string) => {
    const [folder = '', name = ''] = file.replace(/^examples\//, '').split('/');
    const short = name.replace(/\.\w+$/, '');
    // By its path, or by its name in a test that names the folder.
    return tests.some(
      (test) => test.includes(file) || test.includes(`${folder}/${name}`) || test.includes(`'${short}'`),
    );
  };
  expect(filesIn('examples', '.yaml').filter((file) => !runs(file) && !file.endsWith('models.yaml'))).toEqual([]);
});
