import type { BuiltInHandler } from '../contracts/names';
import { classify } from './classify';
import { extractEntities } from './extract-entities';
import type { ExtractTextOptions } from './extract-text';
import { createExtractText } from './extract-text';
import { generateSummary } from './generate-summary';
import type { Handler } from './handler';
import { validate } from './validate';

export type BuiltInHandlersOptions = {
  /** The compiled `handlers/extraction/child.js`, which opens documents in a process of its own. */
  extractionChild: string;
  extractionLimits?: NonNullable<ExtractTextOptions['limits']>;
};

/** The five handlers of `document_analysis`. */
export function createBuiltInHandlers({
  extractionChild,
  extractionLimits = {},
}: BuiltInHandlersOptions): Readonly<Record<BuiltInHandler, Handler>> {
  return {
    extract_text: createExtractText({ childFile: extractionChild, limits: extractionLimits }),
    classify,
    extract_entities: extractEntities,
    generate_summary: generateSummary,
    validate,
  };
}
