import { builtinModules } from 'node:module';
import { defineConfig } from 'oxlint';

/**
 * The import table of ARCHITECTURE.md. A later entry replaces a rule instead of merging it, so each layer carries its
 * whole list. Folders are matched by regular expression: a glob such as a bare `core` also catches packages.
 */
const relative = (...names) => {
  const beside = names.filter((name) => roots.includes(name));
  const inside = names.filter((name) => !roots.includes(name));
  return [
    ...(inside.length ? [`^\\.{1,2}/(?:.*/)?(?:${inside.join('|')})(?:/|$)`] : []),
    // A file beside the folders is named as the compiled one where it is loaded late.
    ...(beside.length ? [`^(?:\\./|(?:\\.\\./)+)(?:${beside.join('|')})(?:\\.js)?(?:/|$)`] : []),
  ].join('|');
};
/** A package, and what is inside it. */
const inPackage = (name) => `^${name.replace(/[.]/g, '\\$&')}(?:/|$)`;
const nodeBuiltins = builtinModules.flatMap((name) => [name, `node:${name}`]);
const folders = [
  'contracts',
  'core',
  'workflows',
  'activities',
  'budgets',
  'gateway',
  'evaluator',
  'handlers',
  'isolation',
  'store',
  'payloads',
  'telemetry',
  'config',
  'webhooks',
  'embedded',
  'cli',
  'report',
];
const roots = ['worker', 'machine-models', 'client'];

const layer = (name, { may, typeOnly = [], packages = [], packagePatterns = [], files, schemas = true, why }) => {
  const folder = name.replace(/\..*/, '');
  const forbidden = [...folders, ...roots].filter(
    (other) => other !== folder && ![...may, ...typeOnly].includes(other),
  );
  return {
    files: files ?? [`src/${name}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: relative(...forbidden), message: why },
            ...[...packages.map(inPackage), ...packagePatterns].map((regex) => ({ regex, message: why })),
            ...(typeOnly.length
              ? [{ regex: relative(...typeOnly), message: `${why} Use \`import type\`.`, allowTypeImports: true }]
              : []),
            ...(schemas
              ? []
              : [{ regex: '\\.schema$', message: 'zod stays out: import the type only.', allowTypeImports: true }]),
          ],
        },
      ],
    },
  };
};

const ioLibraries = ['openai', '@temporalio/client', '@temporalio/worker', '@temporalio/activity', 'zod', 'jsonata'];

const sandboxGlobals = {
  'no-console': 'error',
  'no-restricted-globals': [
    'error',
    ...['process', 'Buffer', 'fetch', 'crypto', 'performance', 'Temporal'].map((name) => ({
      name,
      message: 'This code runs in the workflow sandbox.',
    })),
  ],
};

/** What typescript-eslint calls recommended, where oxlint's category correctness does not have it. */
const recommended = {
  'no-array-constructor': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'prefer-rest-params': 'error',
  'prefer-spread': 'error',
  'typescript/ban-ts-comment': 'error',
  'typescript/no-empty-object-type': 'error',
  'typescript/no-namespace': 'error',
  'typescript/no-unnecessary-type-constraint': 'error',
  'typescript/no-unsafe-function-type': 'error',
};

/** Rules of that category that refuse what is meant here. */
const allowed = Object.fromEntries(
  [
    'no-control-regex',
    'typescript/await-thenable',
    'typescript/no-base-to-string',
    'typescript/no-implied-eval',
    'typescript/no-misused-spread',
    'typescript/no-useless-default-assignment',
    'typescript/require-array-sort-compare',
    'typescript/restrict-template-expressions',
    'typescript/unbound-method',
  ].map((rule) => [rule, 'off']),
);

export default defineConfig({
  plugins: ['typescript', 'import', 'oxc'],
  categories: { correctness: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['lib/', 'bench/lib/', 'node_modules/', 'coverage/', '.cadenza/', 'examples/documents/'],
  rules: {
    ...recommended,
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    ...allowed,
  },
  overrides: [
    {
      files: ['**/*.ts'],
      rules: {
        'typescript/no-floating-promises': 'error',
        'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
        'typescript/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
        'typescript/no-explicit-any': 'error',
        'typescript/no-require-imports': 'error',
        'object-shorthand': 'error',
        eqeqeq: 'error',
      },
    },
    {
      files: ['src/**/*.ts'],
      rules: {
        'max-lines': ['error', { max: 300 }],
        'import/no-default-export': 'error',
      },
    },
    {
      // Scripts of a page: one file calls what another has.
      files: ['src/report/browser/*.ts'],
      rules: { 'no-unused-vars': 'off' },
    },
    layer('contracts', {
      may: [],
      packages: [...nodeBuiltins, ...ioLibraries.filter((name) => name !== 'zod')],
      why: 'contracts/ imports zod (schema files only) and nothing else.',
    }),
    {
      ...layer('contracts', {
        may: [],
        schemas: false,
        files: ['src/contracts/**/*.ts'],
        packages: [...nodeBuiltins, ...ioLibraries],
        why: 'A contract file without `.schema` in its name imports nothing at run time.',
      }),
      excludeFiles: ['src/contracts/**/*.schema.ts'],
    },
    layer('core', {
      may: ['contracts'],
      schemas: false,
      packages: [...nodeBuiltins, ...ioLibraries],
      packagePatterns: ['^@temporalio/'],
      why: 'core/ is pure: contracts only, no I/O, no Temporal.',
    }),
    {
      files: ['src/core/**/*.ts'],
      rules: {
        ...sandboxGlobals,
        'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Take a seed instead.' }],
        'no-restricted-globals': [
          ...sandboxGlobals['no-restricted-globals'],
          ...['Date', 'setTimeout', 'setInterval'].map((name) => ({ name, message: 'core/ has no clock.' })),
        ],
      },
    },
    layer('workflows', {
      may: ['contracts', 'core'],
      typeOnly: ['activities'],
      schemas: false,
      packages: [...nodeBuiltins, ...ioLibraries],
      why: 'workflows/ runs in the sandbox.',
    }),
    { files: ['src/workflows/**/*.ts'], rules: sandboxGlobals },
    ...['gateway', 'evaluator', 'isolation', 'store', 'handlers', 'payloads', 'telemetry', 'config'].map((name) =>
      layer(name, {
        may: ['contracts', 'core', 'isolation'],
        packages: name === 'payloads' || name === 'telemetry' ? [] : ['@temporalio/activity', '@temporalio/workflow'],
        packagePatterns: ['payloads', 'telemetry', 'config'].includes(name) ? [] : ['^@temporalio/'],
        why: `${name}/ may import contracts, core and isolation.`,
      }),
    ),
    layer('webhooks', {
      may: ['contracts', 'core', 'config'],
      packagePatterns: ['^@temporalio/'],
      why: 'webhooks/ may import contracts, core and config; it knows no Temporal.',
    }),
    layer('budgets', {
      may: ['contracts', 'core'],
      packages: ['openai', '@temporalio/activity', '@temporalio/workflow', '@temporalio/worker'],
      why: 'budgets/ may import contracts, core and the Temporal client.',
    }),
    layer('activities', {
      may: ['contracts', 'core'],
      typeOnly: ['budgets', 'gateway', 'evaluator', 'store', 'handlers', 'telemetry', 'webhooks'],
      packages: ['openai', '@temporalio/workflow', '@temporalio/client', '@temporalio/worker'],
      why: 'activities/ gets gateway, store and handlers passed in.',
    }),
    layer('embedded', {
      may: ['contracts', 'core', 'config', 'gateway'],
      why: 'embedded/ may import contracts, config and the local model of the gateway.',
    }),
    layer('client', {
      may: ['contracts', 'core', 'config', 'payloads', 'store', 'telemetry'],
      typeOnly: ['workflows'],
      files: ['src/client.ts', 'src/client/**/*.ts'],
      why: 'client.ts knows workflows by type and messages only.',
    }),
    layer('machine-models.ts', {
      may: ['contracts', 'core', 'config', 'gateway', 'embedded'],
      packagePatterns: ['^@temporalio/'],
      files: ['src/machine-models.ts'],
      why: 'machine-models.ts composes the gateway; it knows no Temporal.',
    }),
    layer('worker.ts', {
      may: [...folders.filter((name) => name !== 'cli' && name !== 'report'), 'machine-models'],
      files: ['src/worker.ts'],
      why: 'worker.ts composes everything but cli and report.',
    }),
    layer('report', {
      may: ['client', 'contracts', 'core', 'config', 'embedded'],
      why: 'report/ may import client.ts, contracts, core, config and embedded.',
    }),
    layer('cli', {
      may: ['client', 'contracts', 'core', 'config', 'embedded', 'report'],
      why: 'cli/ may import client.ts, contracts, core, config, embedded and report.',
    }),
    // The only callers of the composition roots.
    ...['worker', 'machine-models'].map((root) =>
      layer('cli', {
        may: ['client', 'contracts', 'core', 'config', 'embedded', 'report', root],
        files: [root === 'worker' ? 'src/cli/commands/worker.ts' : 'src/cli/commands/{models,doctor}.ts'],
        why: 'Only the command worker may import worker.ts, only models and doctor machine-models.ts.',
      }),
    ),
  ],
});
