import { CadenzaError } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import { PATTERNS } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';

/** The pattern of that name. @throws CadenzaError `InvalidInput` with the nearest name and the known ones */
export function patternNamed<T extends Pattern = Pattern>(
  name: string,
  patterns: readonly T[] = PATTERNS as readonly Pattern[] as readonly T[],
): T {
  const pattern = patterns.find((known) => known === name);
  if (pattern) return pattern;
  throw new CadenzaError('InvalidInput', `there is no pattern "${shown(name)}"${suggestion(name, [...patterns])}`, {
    field: 'pattern',
  });
}
