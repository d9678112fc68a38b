import type { DataConverter } from '@temporalio/common';
import type { Environment } from '../config/environment';
import { readEnvironment } from '../config/environment';
import { cipherOf } from '../payloads/create-cipher';
import { createEncryptionCodec } from '../payloads/encryption-codec';

/**
 * For a Temporal client of your own that is to read and start runs of an encrypted Cadenza: encrypts with the keys of the
 * environment. Where there are none it encrypts nothing, and says which key is missing for what is encrypted. @throws CadenzaError `ConfigurationInvalid`
 */
export function encryptingDataConverter(
  { encryptionKeys }: Pick<Environment, 'encryptionKeys'> = readEnvironment(),
): DataConverter {
  return { payloadCodecs: [createEncryptionCodec(cipherOf(encryptionKeys))] };
}
