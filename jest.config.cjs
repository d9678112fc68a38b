/** Packages that each test file loads anew: Jest itself, and the SDK's Worker, which has one Runtime a process. */
const OF_EACH_FILE = ['jest[^/]*', '@jest/[^/]+', 'expect', '@temporalio/worker', '@temporalio/core-bridge'];

/** Projects by what they need: `unit` and `property` need nothing, the others a Temporal server. */
const base = {
  testEnvironment: '<rootDir>/test/helpers/shared-environment.cjs',
  // request-filtering-agent and eld are ES modules only.
  transform: {
    '^.+\\.ts$|/(request-filtering-agent|eld)/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2022' } }],
    '/node_modules/.+\\.c?js$': '<rootDir>/test/helpers/shared-package-transform.cjs',
  },
  transformIgnorePatterns: [`/node_modules/(${OF_EACH_FILE.join('|')})/`],
  moduleNameMapper: {
    '^eld/(\\w+)$': '<rootDir>/node_modules/eld/src/entries/static.$1.js',
    // What the command line loads late is named as the compiled file.
    '^(\\./commands/[\\w-]+|\\.\\./\\.\\./machine-models)\\.js$': '$1',
  },
  testPathIgnorePatterns: ['/node_modules/', '/lib/'],
  modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/bench/lib/'],
};
const project = (name, extra = {}) => ({
  ...base,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...extra,
});
module.exports = {
  projects: [
    project('unit'),
    project('property'),
    project('replay'),
    project('workflow'),
    project('fault'),
    project('e2e'),
    // What is only worth its time with its full numbers: `npm run prove`.
    ...(process.env.CADENZA_PROVE === undefined ? [] : [project('prove')]),
  ],
  globalSetup: '<rootDir>/test/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/helpers/plain-count-reporter.cjs'],
  testSequencer: '<rootDir>/test/helpers/longest-first-sequencer.cjs',
  // A slow machine takes three times as long as a quiet one.
  testTimeout: 60_000,
  maxWorkers: 3,
};
