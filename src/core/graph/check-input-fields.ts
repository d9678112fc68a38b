import { CadenzaError } from '../../contracts/failures';
import type { InputMapping } from '../../contracts/input-mapping.schema';
import type { JsonObject } from '../../contracts/json';
import { shown, suggestion } from '../../contracts/nearest-name';
import type { Definition } from '../../contracts/pipeline.schema';
import { isSingleMapping } from './check-steps';
import { referenceOf } from './step-edges';

/**
 * Checks what a definition takes from its input against the JSON Schema of that, where the schema allows no fields but
 * those that it names: a misspelt one would fail every run.
 * @throws CadenzaError `InvalidInput` naming the place, the field and the nearest one that there is
 */
export function checkInputFields({ input, steps, output }: Pick<Definition, 'input' | 'steps' | 'output'>): void {
  const fields = input && closedFields(input);
  if (!fields) return;
  steps.forEach((step, index) => {
    for (const [name, mapping] of Object.entries(step.inputs)) check(`steps[${index}].inputs.${name}`, mapping, fields);
    if (step.forEach) check(`steps[${index}].forEach.items`, step.forEach.items, fields);
  });
  if (output === undefined) return;
  if (isSingleMapping(output)) return check('output', output, fields);
  for (const [name, mapping] of Object.entries(output)) check(`output.${name}`, mapping, fields);
}

/** The only fields that an object may have; undefined where the schema leaves that open. */
function closedFields({ additionalProperties, patternProperties, properties }: JsonObject): string[] | undefined {
  if (additionalProperties !== false || patternProperties !== undefined) return undefined;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : undefined;
}

function check(at: string, mapping: InputMapping, fields: readonly string[]): void {
  const { root, path: [field] = [] } = referenceOf(mapping) ?? {};
  if (root !== 'input' || typeof field !== 'string' || fields.includes(field)) return;
  const message = `the schema of the input has no field "${shown(field)}"${suggestion(field, fields)}`;
  throw new CadenzaError('InvalidInput', `${shown(at)}: ${message}`, { field: shown(at) });
}
