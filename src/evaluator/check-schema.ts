import type { ErrorObject, Options } from 'ajv';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import { shown, suggestion } from '../contracts/nearest-name';
import type { Evaluation, SchemaJob } from './evaluator';

/** A misspelt keyword is an error; patterns run on a linear-time engine. */
const OPTIONS: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  logger: false,
  // Errors then carry the schema they come from, which knows the names there are.
  verbose: true,
  code: {
    regExp: Object.assign(
      (pattern: string) => {
        const compiled = RE2JS.compile(pattern);
        // Ajv tells patterns apart by their text.
        return { test: (text: string) => compiled.matcher(text).find(), toString: () => `linear /${pattern}/` };
      },
      { code: 'linear' },
    ),
  },
};

/**
 * A value against a JSON Schema (draft 2020-12, or draft-07 where `$schema` says so): null where it fits, else what is
 * wrong with the first field that does not. Without a value only the schema itself is checked.
 */
export function checkSchema({ schema, value }: SchemaJob): Evaluation {
  const isDraft7 = typeof schema['$schema'] === 'string' && schema['$schema'].includes('draft-07');
  const ajv = isDraft7 ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  addFormats.default(ajv);
  try {
    const validate = ajv.compile(schema);
    if (value === undefined || validate(value)) return { value: null };
    return { problem: explain((validate.errors ?? [])[0]) };
  } catch (error) {
    return { problem: `is no JSON Schema: ${shown((error as Error).message, 300)}` };
  }
}

/** Names the field and what is allowed, never the value. */
function explain(error: ErrorObject | undefined): string {
  if (!error) return 'does not fit its schema';
  const field = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${shown(part.replace(/~1/g, '/').replace(/~0/g, '~'))}`))
    .join('');
  const { allowedValues, additionalProperty, unevaluatedProperty } = error.params as Record<string, unknown>;
  const extra = additionalProperty ?? unevaluatedProperty;
  const known = Array.isArray(allowedValues)
    ? `: ${allowedValues.map((value) => shown(String(value))).join(', ')}`
    : '';
  const which = typeof extra === 'string' ? ` "${shown(extra)}"${suggestion(extra, knownFields(error))}` : '';
  return `input${field}: ${error.message ?? 'does not fit'}${known}${which}`;
}

function knownFields({ parentSchema }: ErrorObject): string[] {
  const { properties } = (parentSchema ?? {}) as { properties?: object };
  return Object.keys(properties ?? {});
}
