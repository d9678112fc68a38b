import { CadenzaError } from '../../contracts/failures';
import { READABLE_TYPES } from './protocol';

/** The one sentence on files of other types. */
export function unsupported(reason: string): CadenzaError {
  return new CadenzaError('UnsupportedDocument', `${reason}; what can be read: ${READABLE_TYPES}`);
}
