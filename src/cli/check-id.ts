import { CadenzaError } from '../contracts/failures';

const MAX_ID_LENGTH = 250;

/** @throws CadenzaError `InvalidInput` where a run could not be called that */
export function checkId(id: string): void {
  if (id.length > 0 && id.length <= MAX_ID_LENGTH && !/^-|[\u0000-\u001f\u007f-\u009f]/.test(id)) return;
  // One that begins with a dash would be taken for an option by every other command.
  const message = `--id takes 1 to ${MAX_ID_LENGTH} characters without control characters, the first no dash`;
  throw new CadenzaError('InvalidInput', message, { field: 'id' });
}
