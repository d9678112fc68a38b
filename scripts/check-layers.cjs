// `npm run layers`: what can be reached through imports, which lint, file by file, does not see. An import of types only is none.
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { isBuiltin } = require('node:module');
const path = require('node:path').posix;
const { transformSync } = require('@swc/core');

/** What lies behind no import of `from`, over however many files. Packages are `node_modules/NAME`. */
const RULES = [
  {
    name: 'sandbox-reaches-no-io',
    why: 'nothing that a workflow imports may lead to I/O, zod or JSONata',
    from: /^src\/(workflows|core)\//,
    to: /^src\/(activities|budgets|gateway|evaluator|isolation|store|handlers|payloads|telemetry|config|webhooks|embedded|cli|report|worker|client)|\.schema\.ts$|^node_modules\/(zod|openai|jsonata|@temporalio\/(client|worker|activity))/,
  },
  {
    name: 'gateway-reaches-no-temporal',
    why: 'the calls of models, and what handlers do, know nothing of Temporal',
    from: /^src\/(gateway|evaluator|isolation|store|handlers|webhooks)\//,
    to: /^node_modules\/@temporalio/,
  },
  {
    name: 'client-reaches-no-worker',
    why: 'whoever starts runs loads nothing of what carries them out',
    from: /^src\/client(\.ts$|\/)/,
    to: /^src\/(budgets|gateway|handlers|webhooks|activities|worker)|^node_modules\/(openai|@temporalio\/worker)/,
  },
];

/** What a program in TypeScript asks for when it runs: swc leaves out what is imported for its type, as tsc does. */
function importsOf(source) {
  const { code } = transformSync(source, {
    swcrc: false,
    // No comments: an import that is written in one is none.
    minify: true,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' }, minify: { compress: false, mangle: false } },
    module: { type: 'commonjs', ignoreDynamic: true },
  });
  const found = code.matchAll(/\b(?:require|import)\(\s*(["'])(.+?)\1/g);
  return [...new Set([...found].map(([, , name]) => name))].filter((name) => !isBuiltin(name));
}

/** The file or package that `name` means in `file`. */
function resolve(root, file, name) {
  if (!name.startsWith('.')) return `node_modules/${name}`;
  const base = path.join(path.dirname(file), name);
  const tried = [base.replace(/\.js$/, '.ts'), `${base}.ts`, `${base}/index.ts`];
  const target = tried.find((each) => /\.(ts|json)$/.test(each) && existsSync(path.join(root, each)));
  if (!target) throw new Error(`${file} imports '${name}', which is none of ${tried.join(', ')}`);
  return target;
}

/** Every file of `src` with what it imports. */
function importGraph(root) {
  const names = readdirSync(path.join(root, 'src'), { recursive: true }).map(
    (name) => `src/${name.replaceAll('\\', '/')}`,
  );
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')).sort();
  return new Map(
    files.map((file) => {
      const imports = importsOf(readFileSync(path.join(root, file), 'utf8'));
      return [file, imports.map((name) => resolve(root, file, name))];
    }),
  );
}

/** One way round for each import that closes a circle. */
function findCycles(graph) {
  const cycles = [];
  const done = new Set();
  const visit = (file, way) => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file]);
    if (way.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

/** The shortest way to each import by which something of `from` first comes to something of `to`. */
function findReached(graph, { from, to }) {
  const reached = [];
  const ways = [...graph.keys()].filter((file) => from.test(file)).map((file) => [file]);
  const seen = new Set(ways.map(([file]) => file));
  for (const way of ways) {
    for (const next of graph.get(way.at(-1)) ?? []) {
      if (to.test(next)) reached.push([...way, next]);
      else if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return reached;
}

/** What breaks a rule, as lines that say how it is reached. */
function findBreaks(graph) {
  return [
    ...findCycles(graph).map((way) => `no-cycles: ${way.join(' → ')}`),
    ...RULES.flatMap((rule) => findReached(graph, rule).map((way) => `${rule.name} (${rule.why}): ${way.join(' → ')}`)),
  ];
}

if (require.main === module) {
  const graph = importGraph(path.resolve(__dirname.replaceAll('\\', '/'), '..'));
  const breaks = findBreaks(graph);
  for (const line of breaks) console.error(line);
  console.log(`${graph.size} files of src, ${breaks.length} imports that break a rule`);
  process.exitCode = breaks.length > 0 ? 1 : 0;
}

module.exports = { findBreaks, importGraph, importsOf };
