import type { EnsembleInput } from '../contracts/ensemble.schema';
import type { FailureInfo } from '../contracts/failures';
import { CadenzaError } from '../contracts/failures';
import type { ModelCallOutcome, ReaderQuestion } from '../contracts/model-call';
import type { SeatCalls } from './ask-seat';
import type { Called } from './model-caller';
import { throwIfCancelled } from './throw-if-cancelled';

/** A model that is asked about the answers of others. */
export type Reader = NonNullable<EnsembleInput['judge']>;

/** One question to one reader. @throws CadenzaError its failure */
export async function readOnce(
  part: string,
  question: ReaderQuestion,
  reader: Reader,
  calls: SeatCalls,
): Promise<ModelCallOutcome> {
  const called = await askReader(part, part, question, reader, calls);
  throwIfCancelled();
  endReading(part, called.ok ? undefined : called.error, calls);
  return (called as Extract<Called, { ok: true }>).outcome;
}

/** The same without waiting for what becomes of it: several questions of one part go side by side. */
export function askReader(
  part: string,
  path: string,
  question: ReaderQuestion,
  { model, instructions, temperature, maxOutputTokens }: Reader,
  { plan, caller, inlineLimit }: SeatCalls,
): Promise<Called> {
  return caller.ask({
    part,
    path,
    model,
    task: plan.input.task,
    input: plan.input.input,
    question: { ...question, instructions },
    settings: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    },
    inlineLimit,
  });
}

/** The end of a part that readers were asked in. @throws CadenzaError its failure, where it has one */
export function endReading(part: string, error: FailureInfo | undefined, { book }: SeatCalls): void {
  if (!error) return book.end(part, 'completed');
  book.end(part, 'failed', { error });
  throw new CadenzaError(error.type, `${part}: ${error.message}`);
}
