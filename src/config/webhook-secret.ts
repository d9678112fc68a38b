import { Webhook } from 'standardwebhooks';

/** The fewest bytes of a key; Standard Webhooks asks for 192 bits. */
const FEWEST_BYTES = 24;
const MOST_CHARACTERS = 500;

/** What is allowed as a secret, as messages say it. */
export const SECRET_RULE = `it must be whsec_ and the Base64 of at least ${FEWEST_BYTES} bytes, or at least ${FEWEST_BYTES} characters of ASCII without spaces`;

/** True where the text can be used as a secret: neither guessable nor mangled on its way. */
export function isWebhookSecret(text: string): boolean {
  if (text.length > MOST_CHARACTERS || !/^[\x21-\x7e]+$/.test(text)) return false;
  const encoded = encodedKey(text);
  if (encoded === undefined) return text.length >= FEWEST_BYTES;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= FEWEST_BYTES && bytes.toString('base64') === encoded;
}

/** Signs and verifies with a secret that `isWebhookSecret` lets pass. */
export function webhookOf(secret: string): Webhook {
  return encodedKey(secret) === undefined ? new Webhook(secret, { format: 'raw' }) : new Webhook(secret);
}

function encodedKey(secret: string): string | undefined {
  return secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : undefined;
}
