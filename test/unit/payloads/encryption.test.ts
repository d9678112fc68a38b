import { createSecretKey } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { parseEncryptionKeys } from '../../../src/config/encryption-keys';
import { createCipher } from '../../../src/payloads/create-cipher';
import { createEncryptionCodec, isEncrypted } from '../../../src/payloads/encryption-codec';
import { keyLine } from '../../helpers/encryption-keys';

const codecOf = (...lines: string[]) => createEncryptionCodec(cipherOf(...lines));
const cipherOf = (...lines: string[]) => createCipher(parseEncryptionKeys(lines.join(','), 'test'));
const [A, B] = [keyLine('a'), keyLine('b')];
const TEXT = 'the text of a letter';
const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value) as Payload;
const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('the codec', () => {
  test('gives back what it encrypted, metadata with it, and shows key id and cipher only', async () => {
    const codec = codecOf(A);
    const given = [payloadOf({ text: TEXT }), payloadOf(new Uint8Array([1, 2])), payloadOf(undefined), {}];
    const encoded = await codec.encode(given as Payload[]);
    for (const { metadata } of encoded) {
      expect(
        Object.fromEntries(Object.entries(metadata ?? {}).map(([k, v]) => [k, Buffer.from(v).toString()])),
      ).toEqual({
        encoding: 'binary/encrypted',
        'encryption-cipher': 'AES-256-GCM',
        'encryption-key-id': 'a',
      });
    }
    expect(JSON.stringify(encoded.map(({ data }) => Buffer.from(data ?? []).toString('latin1')))).not.toContain(
      'letter',
    );
    const decoded = await codec.decode(encoded);
    expect(defaultPayloadConverter.fromPayload(decoded[0] as Payload)).toEqual({ text: TEXT });
    expect(defaultPayloadConverter.fromPayload(decoded[1] as Payload)).toEqual(new Uint8Array([1, 2]));
    expect(defaultPayloadConverter.fromPayload(decoded[2] as Payload)).toBeUndefined();
    expect(await codec.encode([])).toEqual([]);
  });

  test('the same text is never encrypted to the same bytes', async () => {
    const [one, other] = await codecOf(A).encode([payloadOf(TEXT), payloadOf(TEXT)]);
    expect(Buffer.from(one?.data ?? []).equals(Buffer.from(other?.data ?? []))).toBe(false);
  });

  test('what was not encrypted is read as it is', async () => {
    const plain = [
      payloadOf(TEXT),
      { metadata: { encoding: bytes('binary/encrypted') }, data: bytes('of somebody else') },
    ];
    await expect(codecOf(A).decode(plain)).resolves.toEqual(plain);
    expect(plain.map(isEncrypted)).toEqual([false, false]);
  });

  test('after a rotation the new key encrypts, and what the old one encrypted is read', async () => {
    const old = await codecOf(A).encode([payloadOf(TEXT)]);
    const rotated = codecOf(B, A);
    expect(defaultPayloadConverter.fromPayload((await rotated.decode(old))[0] as Payload)).toBe(TEXT);
    const renewed = await rotated.encode([payloadOf(TEXT)]);
    expect(Buffer.from(renewed[0]?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('b');
    await expect(codecOf(B).decode(renewed)).resolves.toHaveLength(1);
  });

  test('a key that is not there is named, and nothing else', async () => {
    const encoded = await codecOf(A).encode([payloadOf(TEXT)]);
    const refused = codecOf(B).decode(encoded);
    await expect(refused).rejects.toMatchObject({ type: 'EncryptionKeyMissing', retryable: true });
    await expect(refused).rejects.toThrow(
      /^what is to be read is encrypted with the key "a", which is not among those of CADENZA_ENCRYPTION_KEYS here$/,
    );
  });

  test('another key under the same id is not taken for it', async () => {
    const encoded = await codecOf(A).encode([payloadOf(TEXT)]);
    await expect(codecOf(keyLine('a', 'another')).decode(encoded)).rejects.toMatchObject({
      type: 'DecryptionFailed',
      message: expect.stringContaining('the key "a" is not the one'),
    });
  });

  test('every byte counts: whatever is changed, cut or added, is refused', async () => {
    const codec = codecOf(A);
    const [{ metadata, data } = {}] = await codec.encode([payloadOf('x')]);
    const sealed = Buffer.from(data ?? []);
    const variants = [
      ...[...sealed.keys()].map((at) => {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ 1;
        return changed;
      }),
      ...[...sealed.keys()].map((end) => sealed.subarray(0, end)),
      Buffer.concat([sealed, Buffer.from([0])]),
    ];
    for (const changed of variants) {
      await expect(codec.decode([{ metadata, data: changed } as Payload])).rejects.toMatchObject({
        type: expect.stringMatching(/^(DecryptionFailed|EncryptionKeyMissing)$/),
      });
    }
  });
});

describe('the cipher', () => {
  test('what is sealed for one purpose or place can not be opened as another', () => {
    const cipher = cipherOf(A);
    const sealed = cipher.seal('content', bytes(TEXT), 'here');
    expect(Buffer.from(cipher.open('content', sealed, 'here')).toString()).toBe(TEXT);
    for (const open of [() => cipher.open('journal', sealed, 'here'), () => cipher.open('content', sealed, 'there')]) {
      expect(open).toThrow(expect.objectContaining({ type: 'DecryptionFailed' }));
    }
  });

  test('a form that was written once is read for ever', () => {
    // Sealed by this code when the form was fixed: a change of it must keep reading this.
    const cipher = createCipher([{ id: 'k', key: createSecretKey(Buffer.alloc(32, 1)) }]);
    const sealed = Buffer.from(FIXED, 'base64');
    expect(Buffer.from(cipher.open('payload', sealed, '')).toString()).toBe(TEXT);
  });
});

const FIXED = 'Y2R6MQFrPFysjdb0KXOC4ZuZPkwIXqeZXPKbY/BQAKwyfK2ndbOzuRcm5j62RXJB8nBPM186';
