import { createHash } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import type { Extract } from '../contracts/answers.schema';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { AnswerRule, CountedAnswer } from '../contracts/model-call';
import { isPlainAnswer } from '../core/votes/counted-output';
import type { LinearMatcher, PlainExtract } from '../core/votes/read-answer';
import { readAnswer } from '../core/votes/read-answer';
import type { ActivityDependencies } from './dependencies';
import type { ScopedContent } from './scoped-content';

/** Longest key that a Workflow keeps as it is; a longer one is cut, with a hash of all of it. */
const KEY_CHARACTERS = 120;

/**
 * How an output counts, for the Workflow: a key that equal answers share, and the answer, small. What an expression or a
 * regular expression can not read is `unparsed`. @throws CadenzaError `ExpressionLimit`
 */
export async function countAnswer(
  output: JsonValue | undefined,
  rule: AnswerRule,
  { content, result, limit }: { content: ScopedContent; result: JsonValue; limit: number },
  dependencies: ActivityDependencies,
): Promise<CountedAnswer> {
  const extracted = await extractedBy(rule.extract, output, dependencies);
  if ('problem' in extracted) return { status: 'invalid', reason: 'unparsed' };
  const { extract, match } = extracted;
  const reading = readAnswer(extracted.output, { extract, normalise: rule.normalise, match });
  if (reading.status === 'invalid') return reading;
  const { key, answer } = reading;
  const scores = rule.scores ? scoresOf(answer, result) : {};
  if (isPlainAnswer(result, answer)) return { status: 'valid', key: shortKey(key), ...scores };
  return { status: 'valid', key: shortKey(key), answer: await content.shrink(answer, limit), ...scores };
}

type Extracted = {
  output: JsonValue | undefined;
  extract?: PlainExtract | undefined;
  match?: LinearMatcher | undefined;
};

/** Expressions of any kind run in the evaluator's process; the rest is read in place. */
async function extractedBy(
  extract: Extract | undefined,
  output: JsonValue | undefined,
  { evaluator }: ActivityDependencies,
): Promise<Extracted | { problem: string }> {
  if (typeof extract !== 'object' || output === undefined) return { output, extract: extract as PlainExtract };
  if ('jsonata' in extract) {
    const [outcome] = await evaluator.evaluate([{ expression: extract.jsonata, scope: output }], cancellationSignal());
    return outcome && 'value' in outcome ? { output: outcome.value } : { problem: outcome?.problem ?? 'no value' };
  }
  if (!('regex' in extract) || typeof output !== 'string') return { output, extract };
  const [outcome] = await evaluator.evaluate([{ regex: extract.regex, text: output }], cancellationSignal());
  if (!outcome || 'problem' in outcome) {
    throw new CadenzaError('InvalidInput', `extract.regex: ${outcome?.problem ?? 'gave nothing'}`, {
      field: 'extract.regex',
    });
  }
  const found = (outcome.value as (string | null)[][]).map((groups) => groups.map((group) => group ?? undefined));
  return { output, extract, match: () => found };
}

/** A number of its own, or the scores of the labels behind a prediction. */
function scoresOf(answer: JsonValue, result: JsonValue): { value?: number; scores?: Record<string, number> } {
  if (typeof answer === 'number') return { value: answer };
  const { scores } = (typeof result === 'object' && result !== null ? result : {}) as { scores?: unknown };
  if (typeof scores === 'object' && scores !== null) return { scores: scores as Record<string, number> };
  const number = typeof answer === 'string' && answer.trim() !== '' ? Number(answer) : NaN;
  return Number.isFinite(number) ? { value: number } : {};
}

/** A key that is short enough for a Workflow, and as good as the whole of it. */
export function shortKey(key: string): string {
  if (key.length <= KEY_CHARACTERS) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `${key.slice(0, KEY_CHARACTERS - 40)}… ${hash}`;
}
