import { CadenzaError } from '../../contracts/failures';

/** What a parser made of an answer: a value, or what is wrong with the answer, without a word of its text. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string };

/** A value that was found. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** Why there is no value; says what was looked for, never the text. */
export function unparsed(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}

/** The typed failure for an answer that could not be parsed; `what` names the step or role. */
export function parseFailure(what: string, problem: string): CadenzaError {
  return new CadenzaError('ModelOutputInvalid', `the answer of ${what} ${problem}`);
}
