import type { DataConverter } from '@temporalio/common';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/environment';
import { cipherOf } from '../payloads/create-cipher';
import { createEncryptionCodec } from '../payloads/encryption-codec';

/**
 * For a Temporal client of your own that is to read and start runs of an encrypted Cadenza: encrypts with the keys of the
 * environment, and does nothing where there are none. @throws CadenzaError `ConfigurationInvalid`
 */
export function encryptingDataConverter(
  { encryptionKeys }: Pick<Environment, 'encryptionKeys'> = readEnvironment(),
): DataConverter {
  const cipher = cipherOf(encryptionKeys);
  return cipher ? { payloadCodecs: [createEncryptionCodec(cipher)] } : {};
}
