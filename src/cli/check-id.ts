import { CadenzaError } from '../contracts/failures';

const MAX_ID_LENGTH = 250;

/** @throws CadenzaError `InvalidInput` where a run could not be called that */
export function checkId(id: string): void {
  if (id.length > 0 && id.length <= MAX_ID_LENGTH && !/[\u0000-\u001f\u007f-\u009f]/.test(id)) return;
  throw new CadenzaError('InvalidInput', `--id takes 1 to ${MAX_ID_LENGTH} characters without control characters`, {
    field: 'id',
  });
}
