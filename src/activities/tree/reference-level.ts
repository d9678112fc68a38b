import { createHash } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import type { ContentReference } from '../../contracts/content';
import { JSON_MEDIA_TYPE } from '../../contracts/content';
import type { ReferenceCall, ReferenceLevel } from '../../contracts/tree-call';
import type { ReferencePrompts, ValueCache } from '../../core/tree/reference-game24';
import {
  continuations,
  proposePrompt,
  referencePrompts,
  referenceStep,
  valuePrompt,
  valueRequests,
  withValues,
} from '../../core/tree/reference-game24';
import type { ActivityDependencies } from '../dependencies';
import { settleAll } from '../settle-all';
import { startHeartbeat } from '../heartbeat';
import { textOf } from '../load-call-input';
import type { ScopedContent } from '../scoped-content';
import { stepFacts } from '../step-facts';
import { toApplicationFailure } from '../to-application-failure';
import type { TreeContext } from './ask-samples';
import { askPrompt } from './ask-samples';
import { loadSetup } from './tree-setup';

/** Values by the hash of their prompt: prompts are long, and a cache over many trees has thousands of them. */
type StoredCache = Record<string, number>;

/**
 * One level of a tree in mode `reference`: all texts continued, all values that are not known asked for, the best kept.
 * Texts and verdicts are taken as the model gave them, as the code of the paper does.
 */
export function createReferenceLevel(dependencies: ActivityDependencies) {
  return async (call: ReferenceCall): Promise<ReferenceLevel> => {
    const { run, step } = call;
    const facts = () => stepFacts({ run, step }, dependencies);
    const stopHeartbeat = startHeartbeat();
    try {
      const { setup, content } = await loadSetup(call.setup, run.tenant, dependencies);
      const done = await level(call, content, { run, step, setup, dependencies });
      return { ...done, ...(await facts()) };
    } catch (error) {
      cancellationSignal().throwIfAborted();
      const detail = await facts();
      throw toApplicationFailure(error, { ...detail, models: [] });
    } finally {
      stopHeartbeat();
    }
  };
}

async function level(
  { ys, valueCache, run }: ReferenceCall,
  content: ScopedContent,
  context: TreeContext,
): Promise<Pick<ReferenceLevel, 'step' | 'valueCache'>> {
  const { input } = context.setup;
  const prompts = referencePrompts(input);
  const problem = textOf(input.problem);
  const proposed = await settleAll(
    ys.map(async (y) => {
      const [answer] = await askPrompt('generate', proposePrompt(prompts, problem, y), 1, context);
      return continuations(y, answer?.text ?? '');
    }),
  );
  const newYs = proposed.flat();
  const stored = (valueCache ? await content.load(valueCache, 'valueCache') : {}) as StoredCache;
  const known = knownValues(prompts, problem, newYs, stored);
  const requests = valueRequests(prompts, problem, newYs, known);
  const answers = await settleAll(
    requests.map(({ prompt }) => askPrompt('evaluate', prompt, input.evaluate.samples, context)),
  );
  const samples = answers.map((texts) => texts.map(({ text }) => text));
  const values = withValues(known, requests, samples);
  const step = referenceStep(prompts, problem, { ys, newYs }, values, input.beamWidth);
  const added = requests.map(({ prompt }) => [hashOf(prompt), values[prompt] ?? 0] as const);
  const cache = { ...stored, ...Object.fromEntries(added) };
  return { step, valueCache: await storeCache(cache, run.tenant, context.dependencies) };
}

/** Of the stored values those that this level asks for, by their prompts. */
function knownValues(
  prompts: ReferencePrompts,
  problem: string,
  newYs: readonly string[],
  stored: StoredCache,
): ValueCache {
  const found = new Map<string, number>();
  for (const y of newYs) {
    const prompt = valuePrompt(prompts, problem, y);
    const value = stored[hashOf(prompt)];
    if (value !== undefined) found.set(prompt, value);
  }
  return Object.fromEntries(found);
}

function storeCache(
  cache: StoredCache,
  tenant: string,
  { store, namespace }: ActivityDependencies,
): Promise<ContentReference> {
  return store.put({ namespace, tenant }, Buffer.from(JSON.stringify(cache), 'utf8'), JSON_MEDIA_TYPE);
}

function hashOf(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex').slice(0, 40);
}
