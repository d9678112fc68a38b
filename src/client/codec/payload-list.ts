import type { Payload } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils';
import { malformed } from '../events/refusal';

/**
 * The payloads of a request in Temporal's protocol for codecs: `{ "payloads": [{ metadata, data }] }`, bytes as Base64.
 * @throws Refusal 400, naming the field and never what is in it
 */
export function parsePayloads(body: Buffer): Payload[] {
  const list = fieldOf(parseJson(body), 'payloads');
  if (!Array.isArray(list)) throw malformed('payloads: expected a list of payloads', 'payloads');
  return list.map((entry: unknown, index) => {
    const at = `payloads[${index}]`;
    const metadata = fieldOf(entry, 'metadata') ?? {};
    const data = fieldOf(entry, 'data') ?? '';
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      throw malformed(`${at}: expected an object with metadata and data`, at);
    }
    const isMap = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
    if (!isMap || !Object.values(metadata).every(isBase64)) {
      throw malformed(`${at}.metadata: expected an object of texts in Base64`, `${at}.metadata`);
    }
    if (!isBase64(data)) throw malformed(`${at}.data: expected Base64`, `${at}.data`);
    return JSONToPayload({ metadata: metadata as Record<string, string>, data });
  });
}

/** The same form for an answer. */
export function showPayloads(payloads: readonly Payload[]): object {
  return { payloads: payloads.map(payloadToJSON) };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // A parser's message quotes what it parsed.
    throw malformed('body: is not JSON', 'body');
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function isBase64(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value);
}
