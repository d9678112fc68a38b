import type { Payload, PayloadCodec } from '@temporalio/common';
import { METADATA_ENCODING_KEY } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { Cipher } from '../contracts/sealing';
import { keyMissing } from './create-cipher';

const PayloadProto = temporal.api.common.v1.Payload;

const ENCODING = Buffer.from('binary/encrypted');
const CIPHER_NAME = Buffer.from('AES-256-GCM');
const CIPHER_FIELD = 'encryption-cipher';
const KEY_FIELD = 'encryption-key-id';

/**
 * Encrypts every payload whole, its metadata with it, and leaves key id and cipher in clear. What is not encrypted is
 * taken as it is, so that runs from before encryption go on. Where it is in a history is not bound: Temporal itself
 * hands payloads on from one run to the next.
 * `decode` throws CadenzaError `EncryptionKeyMissing` or `DecryptionFailed`, and then decodes nothing. Without a cipher
 * nothing is encrypted, and what is can not be read.
 */
export function createEncryptionCodec(cipher: Cipher | undefined): PayloadCodec {
  if (!cipher)
    return { encode: async (payloads) => payloads, decode: async (payloads) => payloads.map(refuseEncrypted) };
  const keyId = Buffer.from(cipher.keyId, 'latin1');
  return {
    async encode(payloads) {
      return payloads.map((payload) => ({
        metadata: { [METADATA_ENCODING_KEY]: ENCODING, [CIPHER_FIELD]: CIPHER_NAME, [KEY_FIELD]: keyId },
        data: cipher.seal('payload', PayloadProto.encode(payload).finish(), ''),
      }));
    },
    async decode(payloads) {
      return payloads.map((payload) =>
        isEncrypted(payload) ? PayloadProto.decode(cipher.open('payload', payload.data ?? NOTHING, '')) : payload,
      );
    },
  };
}

function refuseEncrypted(payload: Payload): Payload {
  if (!isEncrypted(payload)) return payload;
  throw keyMissing(Buffer.from(payload.metadata?.[KEY_FIELD] ?? NOTHING).toString('latin1'));
}

const NOTHING = new Uint8Array();

/** True for a payload that this codec, with whatever keys, encrypted. */
export function isEncrypted({ metadata }: Payload): boolean {
  const isSame = (field: string, value: Buffer) => {
    const given = metadata?.[field];
    return given !== null && given !== undefined && value.equals(given);
  };
  return isSame(METADATA_ENCODING_KEY, ENCODING) && isSame(CIPHER_FIELD, CIPHER_NAME);
}
