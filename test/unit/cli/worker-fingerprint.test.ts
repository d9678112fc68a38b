import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import { fingerprintMatches, workerFingerprint } from '../../../src/embedded/worker-fingerprint';
import { keyLine } from '../../helpers/encryption-keys';

const folder = mkdtempSync(path.join(tmpdir(), 'cadenza-fingerprint-'));
const registry = path.join(folder, 'models.yaml');
const REGISTRY = `providers: { mine: { type: openai, baseUrl: "http://127.0.0.1:1/v1", apiKeyEnv: MY_KEY } }
models: { one: { provider: mine, model: m } }
tasks: { default: one }
`;
writeFileSync(registry, REGISTRY);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function settings(variables: NodeJS.ProcessEnv, models?: string) {
  return { environment: readEnvironment({ CADENZA_HOME: folder, ...variables }), models, variables };
}

it('is the same for the same settings, whatever else the environment holds', () => {
  const fingerprint = workerFingerprint(settings({ OPENAI_API_KEY: 'a' }));
  expect(fingerprintMatches(fingerprint, settings({ OPENAI_API_KEY: 'a', EDITOR: 'vi', MY_KEY: 'x' }))).toBe(true);
});

it.each([
  ['the key', { OPENAI_API_KEY: 'b' }],
  ['the endpoint', { OPENAI_API_KEY: 'a', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }],
  ['the store', { OPENAI_API_KEY: 'a', CADENZA_STORE: '/elsewhere' }],
  ['the encryption key', { OPENAI_API_KEY: 'a', CADENZA_ENCRYPTION_KEYS: keyLine('a') }],
  ['the registry', { OPENAI_API_KEY: 'a', CADENZA_MODELS: registry }],
])('is another one when %s differs', (_, variables) => {
  const fingerprint = workerFingerprint(settings({ OPENAI_API_KEY: 'a' }));
  expect(fingerprintMatches(fingerprint, settings(variables))).toBe(false);
});

it('counts the keys that a registry names, and only those', () => {
  const fingerprint = workerFingerprint(settings({ MY_KEY: 'a', OPENAI_API_KEY: 'a' }, registry));
  expect(fingerprintMatches(fingerprint, settings({ MY_KEY: 'a', OPENAI_API_KEY: 'b' }, registry))).toBe(true);
  expect(fingerprintMatches(fingerprint, settings({ MY_KEY: 'b', OPENAI_API_KEY: 'a' }, registry))).toBe(false);
});

it('is another one when the content of the registry or of the handlers differs', () => {
  const handlers = path.join(folder, 'handlers.cjs');
  writeFileSync(handlers, 'exports.a = () => 1;');
  const given = settings({ MY_KEY: 'a', CADENZA_HANDLERS: handlers }, registry);
  const fingerprint = workerFingerprint(given);
  writeFileSync(handlers, 'exports.a = () => 2;');
  expect(fingerprintMatches(fingerprint, given)).toBe(false);
  const second = workerFingerprint(given);
  writeFileSync(registry, REGISTRY.replace('model: m', 'model: n'));
  expect(fingerprintMatches(second, given)).toBe(false);
});

it('names the file of a registry that is broken', () => {
  const broken = path.join(folder, 'broken.yaml');
  writeFileSync(broken, 'models: [');
  expect(() => workerFingerprint(settings({}, broken))).toThrow(/broken\.yaml: line/);
});
