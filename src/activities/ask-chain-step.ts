import { cancellationSignal } from '@temporalio/activity';
import type { ChainCall, ChainCallOutcome, ChainContext } from '../contracts/chain-call';
import type { OutputParser } from '../contracts/chain.schema';
import type { JsonObject, JsonValue } from '../contracts/json';
import { INLINE_LIMIT_BYTES } from '../contracts/limits';
import type { ModelPins, TaskInput } from '../contracts/model';
import { modelByName } from '../core/pick-model';
import { parseFailure } from '../core/prompts/parsed';
import { askForSchema } from './ask-for-schema';
import { askInOrder, whoAnswered } from './ask-in-order';
import type { WhoAnswered } from './ask-in-order';
import { loadPins } from './ask-model';
import type { ActivityDependencies } from './dependencies';
import { fillStored } from './fill-stored';
import { startHeartbeat } from './heartbeat';
import { keepForeign, parseAnswer } from './parse-answer';
import type { ScopedContent } from './scoped-content';
import { scopedContent } from './scoped-content';
import { stepFacts } from './step-facts';
import { toApplicationFailure } from './to-application-failure';

/**
 * One run of a chain's step: its templates filled, its model asked behind the journal, the answer parsed, and all of it
 * made small. An answer that is empty, cut, refused or unreadable is a failure, never a value. Usage is that of all
 * attempts and of a repair, also where the step fails.
 */
export function createAskChainStep(dependencies: ActivityDependencies) {
  return async (call: ChainCall): Promise<ChainCallOutcome> => {
    const facts = () => stepFacts(call, dependencies);
    const stopHeartbeat = startHeartbeat();
    try {
      return { ...(await run(call, dependencies)), ...(await facts()) };
    } catch (error) {
      cancellationSignal().throwIfAborted();
      const detail = await facts();
      throw toApplicationFailure(error, { ...detail, models: [call.ask.model] });
    } finally {
      stopHeartbeat();
    }
  };
}

async function run(
  call: ChainCall,
  dependencies: ActivityDependencies,
): Promise<Omit<ChainCallOutcome, 'usage' | 'attempts'>> {
  const { run: identity, ask, inlineLimit } = call;
  const content = scopedContent(dependencies.store, dependencies.namespace, identity.tenant);
  const pins = await loadPins(call.pins, identity.tenant, dependencies);
  const values = await valuesOf(call.context, content);
  const text = await fillStored(ask.promptTemplate, values, content, `${ask.field}.promptTemplate`);
  const system =
    ask.system === undefined ? {} : { system: await fillStored(ask.system, values, content, `${ask.field}.system`) };
  const answer = await answerTo({ text, ...system }, call, pins, content, dependencies);
  const isPlain = answer.value === answer.text;
  return {
    value: await keepForeign(answer.value, content, inlineLimit),
    ...(isPlain ? {} : { raw: await content.shrink(answer.text, inlineLimit) }),
    prompt: await content.shrink(text, inlineLimit),
    ...answer.who,
    ...(await compacted(call.context, values, content)),
  };
}

async function answerTo(
  input: TaskInput,
  { run: identity, step, ask }: ChainCall,
  pins: ModelPins,
  content: ScopedContent,
  dependencies: ActivityDependencies,
): Promise<{ text: string; value: JsonValue; who: WhoAnswered }> {
  const { name, temperature, maxOutputTokens, outputParser } = ask;
  const model = modelByName(pins, ask.model);
  const question = { run: identity, step, pins, model, sample: 0, settings: { temperature, maxOutputTokens } };
  let who: WhoAnswered = {};
  const say = async (asked: TaskInput) => {
    const answered = await askInOrder('generation', asked, question, dependencies);
    who = whoAnswered(model, answered);
    return answered.result.text;
  };
  if (typeof outputParser === 'object' && 'schema' in outputParser) {
    const schema = (await content.load(outputParser.schema, 'schema')) as JsonObject;
    const answered = await askForSchema(input, { name, schema }, say, dependencies);
    return { ...answered, who };
  }
  const text = await say(input);
  const read = await parseAnswer(text, outputParser as OutputParser, dependencies);
  if (!read.ok) throw parseFailure(`step "${name}"`, read.problem);
  return { text, value: read.value, who };
}

/** All values that templates may name, as they travel: what is stored, and over it what is new. */
async function valuesOf({ stored, fresh }: ChainContext, content: ScopedContent): Promise<JsonObject> {
  if (!stored) return fresh;
  return { ...((await content.load(stored, 'context')) as JsonObject), ...fresh };
}

/** Where much is new, all of it becomes one reference, so that later calls do not carry it again. */
async function compacted(
  { fresh }: ChainContext,
  values: JsonObject,
  content: ScopedContent,
): Promise<Pick<ChainCallOutcome, 'stored'>> {
  if (Buffer.byteLength(JSON.stringify(fresh)) <= INLINE_LIMIT_BYTES) return {};
  return { stored: await content.keep(values) };
}
