import { CadenzaError } from '../contracts/failures';

/** What can not be written as JSON (a cycle, a value nested deeper than the stack) is no defect of the product. @throws CadenzaError `InvalidInput` */
export function checkWritable(what: string, given: unknown): void {
  try {
    JSON.stringify(given);
  } catch (error) {
    const why = error instanceof RangeError ? 'is nested too deep, or too large' : 'can not be written as JSON';
    throw new CadenzaError('InvalidInput', `${what}: ${why}`);
  }
}
