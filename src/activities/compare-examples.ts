import { cancellationSignal } from '@temporalio/activity';
import { CadenzaError } from '../contracts/failures';
import type { PinnedModel } from '../contracts/model';
import type { ComparedExamples, ExampleComparison } from '../contracts/model-call';
import { modelByName } from '../core/pick-model';
import { cosine } from '../core/routing/semantic-route';
import { loadPins } from './ask-model';
import { askPaid } from './ask-paid';
import type { ActivityDependencies } from './dependencies';
import { startHeartbeat } from './heartbeat';
import { loadCallInput } from './load-call-input';
import { scopedContent } from './scoped-content';
import { settleAll } from './settle-all';
import { stepFacts } from './step-facts';
import { toApplicationFailure } from './to-application-failure';

/** Embeddings asked for at once. */
const AT_ONCE = 8;

/** The input against the examples of semantic routes: an embedding of each, behind the journal, and the nearest. */
export function createCompareExamples(dependencies: ActivityDependencies) {
  return async (comparison: ExampleComparison): Promise<ComparedExamples> => {
    const { run, step, topK } = comparison;
    const facts = () => stepFacts({ run, step }, dependencies);
    const stopHeartbeat = startHeartbeat();
    try {
      const content = scopedContent(dependencies.store, dependencies.namespace, run.tenant);
      const model = modelByName(await loadPins(comparison.pins, run.tenant, dependencies), comparison.model);
      const { text } = await loadCallInput(comparison.input, content);
      const routes = (await content.load(comparison.routes, 'routes')) as { examples: string[] }[];
      const examples = routes.flatMap((route, index) => route.examples.map((example) => ({ route: index, example })));
      const texts = [text, ...examples.map(({ example }) => example)];
      const [own = [], ...others] = await embedAll(texts, { run, step, model }, dependencies);
      const similarities = examples.map(({ route }, index) => ({
        route,
        similarity: similarityOf(own, others[index] ?? [], model),
      }));
      // Stable: of equals the earlier example comes first.
      const nearest = similarities.sort((a, b) => b.similarity - a.similarity).slice(0, topK);
      return { nearest, ...(await facts()) };
    } catch (error) {
      cancellationSignal().throwIfAborted();
      const detail = await facts();
      throw toApplicationFailure(error, { ...detail, models: [comparison.model] });
    } finally {
      stopHeartbeat();
    }
  };
}

type Embedder = { run: ExampleComparison['run']; step: string; model: PinnedModel };

/** Equal texts are asked for once. */
async function embedAll(
  texts: readonly string[],
  by: Embedder,
  dependencies: ActivityDependencies,
): Promise<(readonly number[])[]> {
  const embedded = new Map<string, readonly number[]>();
  const queue = [...new Set(texts)];
  const next = async (): Promise<void> => {
    for (let text = queue.shift(); text !== undefined; text = queue.shift()) {
      try {
        embedded.set(text, await embed(text, by, dependencies));
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  await settleAll(Array.from({ length: AT_ONCE }, next));
  return texts.map((text) => embedded.get(text) ?? []);
}

async function embed(text: string, by: Embedder, dependencies: ActivityDependencies): Promise<readonly number[]> {
  const { embedding } = await askPaid('embedding', { text }, { ...by, sample: 0 }, dependencies);
  return embedding as readonly number[];
}

function similarityOf(one: readonly number[], other: readonly number[], model: PinnedModel): number {
  try {
    return cosine(one, other);
  } catch (error) {
    const message = `model "${model.name}" gave ${(error as Error).message}`;
    throw new CadenzaError('ModelOutputInvalid', message);
  }
}
