import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { readEnvironment } from '../../../src/config/environment';
import { CadenzaError } from '../../../src/contracts/failures';
import { keyLine } from '../../helpers/encryption-keys';

const A = keyLine('a');
const B = keyLine('b');
const secretOf = (line: string) => line.slice(line.indexOf(':') + 1);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cadenza-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const keysOf = (variables: Record<string, string>) => readEnvironment(variables, folder).encryptionKeys;

/** The message of the refusal, which must name the variable. */
function refusalOf(variables: Record<string, string>): string {
  try {
    keysOf(variables);
  } catch (error) {
    expect(error).toBeInstanceOf(CadenzaError);
    expect(error).toMatchObject({ type: 'ConfigurationInvalid', field: Object.keys(variables).at(-1) });
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

test('nothing is encrypted where no keys are set', () => {
  expect(keysOf({})).toBeUndefined();
  expect(keysOf({ CADENZA_ENCRYPTION_KEYS: '' })).toBeUndefined();
});

test.each([`${A},${B}`, `${A} ${B}`, `\n${A}\n\n${B}\n`, `# the new one\n${A} # since May\n${B}`])(
  'keys are read in their order, whatever separates them (%#)',
  (text) => {
    const keys = keysOf({ CADENZA_ENCRYPTION_KEYS: text });
    expect(keys?.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(keys?.map(({ key }) => key.export().toString('base64'))).toEqual([A, B].map(secretOf));
  },
);

test('a file of keys is read, relative to the working directory, when only its owner can read it', async () => {
  const file = path.join(folder, 'keys');
  await writeFile(file, `${A}\n${B}\n`, { mode: 0o600 });
  expect(keysOf({ CADENZA_ENCRYPTION_KEYS_FILE: 'keys' })?.map(({ id }) => id)).toEqual(['a', 'b']);
  await chmod(file, 0o640);
  expect(refusalOf({ CADENZA_ENCRYPTION_KEYS_FILE: 'keys' })).toMatch(/others can read the file; `chmod 600` it/);
  expect(refusalOf({ CADENZA_ENCRYPTION_KEYS_FILE: 'no-keys' })).toMatch(/there is no such file/);
  expect(refusalOf({ CADENZA_ENCRYPTION_KEYS_FILE: '.' })).toMatch(/must be a small file/);
});

test('a list and a file at once are refused', () => {
  expect(refusalOf({ CADENZA_ENCRYPTION_KEYS: A, CADENZA_ENCRYPTION_KEYS_FILE: 'keys' })).toMatch(/are both set/);
});

test.each([
  ['a key without an id', secretOf(A), /entry 1 must be id:key/],
  ['a key where the id should be', `${secretOf(A)}:a`, /entry 1 must be id:key/],
  ['an id with a slash', `../x:${secretOf(A)}`, /entry 1 must be id:key/],
  ['31 bytes', `a:${Buffer.alloc(31, 7).toString('base64')}`, /the key "a" must be the Base64 of exactly 32 bytes/],
  ['33 bytes', `a:${Buffer.alloc(33, 7).toString('base64')}`, /exactly 32 bytes/],
  ['Base64 that was cut', A.slice(0, -1), /exactly 32 bytes/],
  ['hexadecimal', `a:${Buffer.from(secretOf(A), 'base64').toString('hex')}`, /exactly 32 bytes/],
  ['an id twice', `${A},${keyLine('a', 'other')}`, /the key id "a" is there twice/],
  ['a key twice', `${A},b:${secretOf(A)}`, /the key "b" is there under another id too/],
  ['nothing but a comment', `# ${A}`, /names no key/],
])('%s is refused, and no part of a key is told', (_, text, expected) => {
  const message = refusalOf({ CADENZA_ENCRYPTION_KEYS: text });
  expect(message).toMatch(expected);
  const encoded = text.split(/[:,\s#]+/).filter((part) => part.length > 12);
  for (const part of encoded) expect(message).not.toContain(part.slice(0, 8));
});

test('an environment that is printed shows no key', () => {
  const environment = readEnvironment({ CADENZA_ENCRYPTION_KEYS: A }, folder);
  const raw = Buffer.from(secretOf(A), 'base64');
  for (const text of [inspect(environment, { depth: 9 }), JSON.stringify(environment)]) {
    expect(text).not.toContain(secretOf(A));
    expect(text).not.toContain(raw.toString('hex'));
    expect(text).not.toContain([...raw.subarray(0, 4)].join(','));
  }
});
