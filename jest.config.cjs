/** Projects by what they need: `unit` and `property` need nothing, the others a Temporal server. */
const base = {
  testEnvironment: 'node',
  // request-filtering-agent and eld are ES modules only.
  transform: { '^.+\\.ts$|/(request-filtering-agent|eld)/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  transformIgnorePatterns: ['/node_modules/(?!request-filtering-agent/|eld/)'],
  moduleNameMapper: { '^eld/(\\w+)$': '<rootDir>/node_modules/eld/src/entries/static.$1.js' },
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
  ],
  globalSetup: '<rootDir>/test/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/helpers/plain-count-reporter.cjs'],
  testSequencer: '<rootDir>/test/helpers/longest-first-sequencer.cjs',
  // A slow machine takes three times as long as a quiet one.
  testTimeout: 60_000,
  maxWorkers: 3,
};
