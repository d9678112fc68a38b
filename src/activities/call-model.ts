import { cancellationSignal } from '@temporalio/activity';
import { CadenzaError, isCadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { PinnedModel, TaskInput } from '../contracts/model';
import type { AnswerCheck, ModelCall, ModelCallOutcome } from '../contracts/model-call';
import type { ModelTask } from '../contracts/names';
import { modelByName } from '../core/pick-model';
import { waitsTooLong } from '../core/routing/next-model';
import { countedOutput, invalidReasonOf } from '../core/votes/counted-output';
import { jsonInText } from '../core/votes/json-in-text';
import { readerInput, readerSays } from '../core/votes/reader-prompts';
import { askInOrder, whoAnswered } from './ask-in-order';
import { loadPins } from './ask-model';
import { countAnswer } from './count-answer';
import type { ActivityDependencies } from './dependencies';
import { startHeartbeat } from './heartbeat';
import { loadCallInput, textOf } from './load-call-input';
import type { ScopedContent } from './scoped-content';
import { scopedContent } from './scoped-content';
import { stepFacts } from './step-facts';
import { toApplicationFailure } from './to-application-failure';

/**
 * One call of a model for a pattern, behind the journal: texts are loaded, the answer is read, checked and made small
 * here, so that the Workflow sees a key and small facts. An answer that is empty, cut or unreadable is an outcome where
 * answers are counted, and a failure elsewhere. Usage is that of all attempts, also where the call fails.
 */
export function createCallModel(dependencies: ActivityDependencies) {
  return async (call: ModelCall): Promise<ModelCallOutcome> => {
    const facts = () => stepFacts(call, dependencies);
    const stopHeartbeat = startHeartbeat();
    try {
      const outcome = await answer(call, dependencies);
      return { ...outcome, ...(await facts()) };
    } catch (error) {
      cancellationSignal().throwIfAborted();
      const reason = call.read && isCadenzaError(error) ? invalidReasonOf(call.task, error.type) : undefined;
      if (reason !== undefined) return { result: null, counted: { status: 'invalid', reason }, ...(await facts()) };
      const detail = await facts();
      throw toApplicationFailure(error, { ...detail, models: [call.model] });
    } finally {
      stopHeartbeat();
    }
  };
}

async function answer(
  call: ModelCall,
  dependencies: ActivityDependencies,
): Promise<Omit<ModelCallOutcome, 'usage' | 'attempts'>> {
  const { run, read, check, inlineLimit } = call;
  const content = scopedContent(dependencies.store, dependencies.namespace, run.tenant);
  const pins = await loadPins(call.pins, run.tenant, dependencies);
  const model = modelByName(pins, call.model);
  const given = await loadCallInput(call.input, content);
  const { task, input } = await questionOf(call, given, content);
  const asked = { run, step: call.step, pins, model, sample: call.sample, settings: call.settings };
  const alone = call.withoutFallback ? { ...asked, model: { ...model, fallback: [] } } : asked;
  const answered = await askInOrder(task, input, alone, dependencies).catch((error: unknown) => {
    throw call.givesWay && isCadenzaError(error) ? withoutLongWait(error, model) : error;
  });
  const { result } = answered;
  const whole = result as unknown as JsonValue;
  const says = call.question && 'text' in result ? readerSays(call.question, result.text) : undefined;
  if (says) return { result: null, says };
  const output = countedOutput(task, result, read?.extract);
  const limit = inlineLimit;
  const counted = read && (await countAnswer(output, read, { content, result: whole, limit }, dependencies));
  return {
    ...whoAnswered(model, answered),
    result: await content.shrink(whole, limit),
    ...(counted ? { counted } : {}),
    ...('score' in result ? { score: result.score } : {}),
    ...(check ? await checkAnswer(check, { task, input: given, output: whole }, dependencies) : {}),
  };
}

/** A failure that asks for a longer wait than the model behind this one is worth stands at once. */
function withoutLongWait(error: CadenzaError, model: PinnedModel): CadenzaError {
  const isPaused = error.type === 'ProviderPaused';
  if (!(isPaused || error.retryable) || !waitsTooLong(model, error.retryAfterMs ?? 0)) return error;
  const type = isPaused ? 'ProviderUnavailable' : error.type;
  return new CadenzaError(type, error.message, { field: error.field, retryable: false });
}

/** The task as it is, or a question about the answers of others, which is a text to generate. */
async function questionOf(
  { task, question }: ModelCall,
  input: TaskInput,
  content: ScopedContent,
): Promise<{ task: ModelTask; input: TaskInput }> {
  if (!question) return { task, input };
  const answers = await Promise.all(question.answers.map(async (value) => textOf(await content.load(value, 'answer'))));
  return { task: 'generation', input: readerInput(question, task, input, answers) };
}

/** A schema is for what the answer says: of a text its JSON, else the typed result. */
async function checkAnswer(
  check: AnswerCheck,
  scope: { task: ModelTask; input: TaskInput; output: JsonValue },
  { evaluator }: ActivityDependencies,
): Promise<Pick<ModelCallOutcome, 'passes' | 'problem'>> {
  const signal = cancellationSignal();
  if ('schema' in check) {
    const value = schemaValue(scope.output);
    if (value === undefined) return { passes: false, problem: 'the answer is no JSON' };
    const [outcome] = await evaluator.evaluate([{ schema: check.schema, value }], signal);
    return { passes: outcome !== undefined && 'value' in outcome };
  }
  const [outcome] = await evaluator.evaluate([{ expression: check.when, scope }], signal);
  if (outcome && 'value' in outcome) return { passes: outcome.value === true };
  return { problem: outcome?.problem ?? 'gave no value' };
}

function schemaValue(output: JsonValue): JsonValue | undefined {
  const { text } = (typeof output === 'object' && output !== null ? output : {}) as { text?: JsonValue };
  return typeof text === 'string' ? jsonInText(text) : output;
}
