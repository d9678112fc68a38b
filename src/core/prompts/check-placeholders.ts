import { CadenzaError } from '../../contracts/failures';
import { shown, suggestion } from '../../contracts/nearest-name';
import { placeholdersOf } from './template';

/**
 * Refuses a template whose placeholders name something that will not be there: before the first call, not after it was
 * paid. `known` are the names of values that are always there; `perhaps` those that may be missing, which a placeholder
 * has to admit with a `?`.
 * @throws CadenzaError `InvalidInput` naming the template's field, the placeholder and the known names
 */
export function checkPlaceholders(
  template: string,
  field: string,
  known: readonly string[],
  perhaps: Readonly<Record<string, string>> = {},
): void {
  for (const { text, reference } of placeholdersOf(template, field)) {
    const { root, optional } = reference;
    if (known.includes(root)) continue;
    if (!Object.hasOwn(perhaps, root)) {
      const names = [...known, ...Object.keys(perhaps)];
      refuse(field, `unknown placeholder {${shown(text)}}${suggestion(root, names)}`);
    }
    if (!optional) refuse(field, `{${shown(text)}} may be missing, as ${perhaps[root]}; write {${shown(text)}?}`);
  }
}

function refuse(field: string, message: string): never {
  throw new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
