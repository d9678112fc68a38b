import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compiledFile } from '../../../src/config/package-paths';
import { isCadenzaError } from '../../../src/contracts/failures';
import type { ExtractTextResult } from '../../../src/contracts/handler-types';
import type { ExtractionLimits } from '../../../src/handlers/extraction/limits';
import { createExtractText } from '../../../src/handlers/extract-text';
import { createFakeContext } from './fake-context';

const FOLDER = path.join(__dirname, '../../fixtures/documents');
export const CHILD = compiledFile('handlers', 'extraction', 'child.js');

/** A document of test/fixtures/documents. */
export function fixture(name: string): Buffer {
  return readFileSync(path.join(FOLDER, name));
}

type Options = { limits?: Partial<ExtractionLimits>; childFile?: string; signal?: AbortSignal };

/** The text of a document that is in the store. */
export async function extract(name: string, bytes: Uint8Array | string, options: Options = {}) {
  const { context, put } = createFakeContext(options.signal ? { signal: options.signal } : {});
  const handler = createExtractText({ childFile: options.childFile ?? CHILD, limits: options.limits ?? {} });
  return (await handler({ document: put(name, bytes) }, {}, context)) as ExtractTextResult;
}

/** The failure that a document ends with. */
export async function failure(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (isCadenzaError(error)) return { type: error.type, message: error.message, field: error.field };
    throw error;
  }
  throw new Error('did not fail');
}
