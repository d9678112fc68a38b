import type { Span } from '../../client';
import { PATTERNS } from '../../contracts/names';
import { shownSeconds } from '../../core/shown-numbers';
import { fullName } from './lanes';
import type { Inside, Note, ReportModel } from './report-model';

/** Something that needed more than one attempt. */
export type Retry = { name: string; attempts: number };

const MOST_NAMED = 6;

/** What was retried in a run itself. */
export function retriesOf(spans: readonly Span[]): Retry[] {
  return retried(spans).map((span) => ({ name: fullName(span), attempts: span.attempts }));
}

/** What was retried, and how long that took. */
export function retryNotes(spans: readonly Span[]): Note[] {
  const again = retried(spans);
  if (again.length === 0) return [];
  const waited =
    again.reduce((sum, { scheduledAt, startedAt = scheduledAt }) => sum + startedAt - scheduledAt, 0) / 1000;
  const until = `${shownSeconds(waited)} until the last attempts began`;
  return [{ kind: 'info', text: `Retried: ${named(retriesOf(spans))}; ${until}.` }];
}

/** The runs inside a run that its page asks for what they retried: those of a batch and a router may be thousands. */
export function insideWithRetries({ pattern, inside }: Pick<ReportModel, 'pattern' | 'inside'>): Inside[] {
  if (pattern === 'batch' || pattern === 'eventRouter') return [];
  return inside.filter((one) => (PATTERNS as readonly string[]).includes(one.pattern));
}

/** The page of a run with what was retried in the runs inside it, each by the step that it is of. */
export function withRetriesInside(
  model: ReportModel,
  retriesIn: (inside: Inside) => readonly Retry[] | undefined,
): ReportModel {
  const found = insideWithRetries(model).flatMap((inside) =>
    (retriesIn(inside) ?? []).map(({ name, attempts }) => ({ name: `${inside.step} › ${name}`, attempts })),
  );
  if (found.length === 0) return model;
  const note: Note = { kind: 'info', text: `Retried in runs inside: ${named(found)}.` };
  return { ...model, retries: [...model.retries, ...found], notes: [...model.notes, note] };
}

function retried(spans: readonly Span[]): Span[] {
  return spans.filter(({ attempts, kind }) => attempts > 1 && kind !== 'values');
}

function named(retries: readonly Retry[]): string {
  const text = retries.slice(0, MOST_NAMED).map(({ name, attempts }) => `${name} (${attempts} attempts)`);
  const more = retries.length > MOST_NAMED ? ` and ${retries.length - MOST_NAMED} more` : '';
  return text.join(', ') + more;
}
