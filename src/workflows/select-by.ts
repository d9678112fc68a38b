import type { JsonValue } from '../contracts/json';
import { INLINE_LIMIT_BYTES } from '../contracts/limits';
import type { RoutePlan } from '../contracts/model-call';
import { CadenzaError } from '../contracts/failures';
import type { TaskResults } from '../contracts/model';
import type { ExpressionOutcome } from '../contracts/pipeline-messages';
import { capableNames } from '../core/routing/choose-model';
import type { Capable, ScoreSelector, Selection, SemanticSelector } from '../core/routing/select-route';
import { selectByLabel, selectByRules, selectByScore, selectBySimilarity } from '../core/routing/select-route';
import { unreadable } from '../core/routing/unreadable';
import { modelCalls, values } from './activity-proxies';
import type { ModelCaller } from './model-caller';
import type { PatternBook } from './pattern-book';

/** What a selector chose; `problem` says where a judgement is missing. */
export type Selected = { selection?: Selection; problem?: string };

/** Has the input's selector choose, if it has one. Rejects with a typed failure where it can not be asked. */
export async function selectBy(plan: RoutePlan, caller: ModelCaller, book: PatternBook): Promise<Selected> {
  const { selector, needs } = plan.input;
  if (selector === undefined) return {};
  const capable = capableNames(plan.candidates, needs, plan.textTokens);
  if (Array.isArray(selector)) {
    const outcomes = await evaluate(
      plan,
      selector.map(({ when }) => when),
    );
    const held: boolean[] = [];
    for (const [index, { model }] of selector.entries()) {
      held.push(asBoolean(valueIn(outcomes[index], `selector[${index}].when`), `selector[${index}].when`));
      // What comes after the rule that chooses is not looked at, as if it had never been asked.
      if (held[index] && capable.has(model)) break;
    }
    return { selection: selectByRules(selector, held, capable) };
  }
  if ('semantic' in selector) return semantic(selector.semantic, plan, capable, caller, book);
  if ('score' in selector) return score(selector.score, plan, capable, caller, book);
  const { model, routes } = selector.classifier;
  const { result, problem } = await classify(model, Object.keys(routes), plan, caller, book);
  if (result) return { selection: selectByLabel(selector.classifier, result, capable) };
  return { selection: { by: 'classifier', scores: [], threshold: selector.classifier.minScore }, ...problem };
}

async function semantic(
  selector: SemanticSelector,
  plan: RoutePlan,
  capable: Capable,
  caller: ModelCaller,
  book: PatternBook,
): Promise<Selected> {
  const { run, stepPrefix } = caller;
  const model = selector.embedding ?? plan.embeddingModel ?? '';
  // Examples of routes to models that can not do it are not in the race.
  const routes = selector.routes.map(({ model: target, examples }) => ({
    examples: capable.has(target) ? examples : [],
  }));
  const onWait = (note: string | undefined) => book.waits('selector', note);
  const { compareExamples } = modelCalls({
    summary: `selector: ${model}`,
    taskQueue: caller.queueOf(model),
    onWait,
  });
  book.start('selector', [model]);
  try {
    const step = `${stepPrefix}selector`;
    const { topK } = selector;
    const { pins, input } = plan;
    const comparison = { run, step, pins, model, input: input.input, routes, topK };
    const compared = await caller.gate.past(() => compareExamples(comparison), onWait);
    book.spend('selector', compared.usage, compared.attempts);
    book.end('selector', 'completed');
    return { selection: selectBySimilarity(selector, compared.nearest, capable) };
  } catch (error) {
    book.end('selector', 'failed', { error: await caller.failed('selector', 'selector', error) });
    throw error;
  }
}

/** What could not be judged is a missing score, which the stronger model answers. */
async function score(
  selector: ScoreSelector,
  plan: RoutePlan,
  capable: Capable,
  caller: ModelCaller,
  book: PatternBook,
): Promise<Selected> {
  const { by } = selector;
  if (typeof by === 'string') {
    const [outcome] = await evaluate(plan, [by]);
    const value = valueIn(outcome, 'selector.score.by');
    if (typeof value === 'number') return { selection: selectByScore(selector, value, capable) };
    throw new CadenzaError('ExpressionFailed', `selector.score.by: must give a number, and gave ${kindOf(value)}`, {
      field: 'selector.score.by',
    });
  }
  const { result, problem } = await classify(by.model, [by.label, 'other'], plan, caller, book, { mayFail: true });
  const value = result && Object.hasOwn(result.scores, by.label) ? result.scores[by.label] : undefined;
  return { selection: selectByScore(selector, value, capable), ...problem };
}

type Classified = { result?: TaskResults['classification']; problem?: { problem: string } };

/** A classifier's answer; one that gave none that can be read has no opinion. Other failures end the run. */
async function classify(
  model: string,
  labels: string[],
  { input: { input } }: RoutePlan,
  caller: ModelCaller,
  book: PatternBook,
  { mayFail = false } = {},
): Promise<Classified> {
  const text =
    typeof input === 'object' && input !== null && 'text' in input ? (input as { text: JsonValue }).text : input;
  const called = await caller.ask({
    part: 'selector',
    path: 'selector',
    model,
    task: 'classification',
    input: { text, labels },
    settings: {},
    inlineLimit: INLINE_LIMIT_BYTES * 8,
  });
  if (called.ok) {
    book.end('selector', 'completed');
    return { result: called.outcome.result as unknown as TaskResults['classification'] };
  }
  const { type, message } = called.error;
  book.end('selector', 'failed', { error: called.error });
  if (!mayFail && !unreadable(type)) throw new CadenzaError(type, `selector: ${message}`);
  return { problem: { problem: `the selector's model ${model} gave no answer that counts (${type})` } };
}

/** Expressions over the task and its input; `text` is the input's text, however it was given. */
function evaluate({ tenant, input: { task, input } }: RoutePlan, expressions: string[]): Promise<ExpressionOutcome[]> {
  const fields = typeof input === 'object' && input !== null && 'text' in input ? input : { text: input };
  const scope = { task, input, text: (fields as { text: JsonValue }).text };
  return values.evaluateExpressions(
    tenant,
    scope,
    expressions.map((expression) => ({ expression })),
  );
}

function valueIn(outcome: ExpressionOutcome | undefined, field: string): JsonValue {
  if (outcome && 'value' in outcome) return outcome.value;
  throw new CadenzaError('ExpressionFailed', `${field}: ${outcome?.problem ?? 'gave no value'}`, { field });
}

function asBoolean(value: JsonValue, field: string): boolean {
  // An expression that finds nothing does not hold, as in JSONata itself.
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new CadenzaError('ExpressionFailed', `${field}: must give true or false, and gave ${kindOf(value)}`, { field });
}

function kindOf(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
