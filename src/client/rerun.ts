import type { Client } from '@temporalio/client';
import { QueryNotRegisteredError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { checkInput } from '../contracts/check-input.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject, JsonValue } from '../contracts/json';
import { MESSAGES } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import type { RunPlan } from '../contracts/pipeline-messages';
import { keptOutputs } from '../core/graph/kept-outputs';
import type { ContentStore } from '../store/content-store';
import { prepareInput } from './prepare-input';
import { queryAgain } from './query-again';
import type { RunHandle } from './run-handle';
import { startRun } from './start-run';

const QUERY_SECONDS = [5, 10, 15];

export type RerunOptions = {
  /** This step and all that depends on it are run anew. */
  from: string;
  /** In place of the old run's `input`. Outputs that are kept stay as they are. */
  input?: JsonValue;
  /** The model of the step `from`, which must run a handler. */
  model?: string;
  /** Settings laid over the `config` of steps that are run anew, one level deep. */
  config?: { [step: string]: JsonObject };
  /** The id of the new run. */
  id?: string;
};

/**
 * A new run of the same pipeline that takes the outputs of all steps that do not depend on one step from an old run,
 * however that ended or while it goes on.
 * @throws CadenzaError `InvalidInput`, `Unsupported`, `RunExists`, `ServerUnavailable` where no Worker answers for the old
 * run, and what `start` throws about an input
 */
export async function rerun(
  client: Client,
  store: ContentStore,
  old: RunHandle,
  options: RerunOptions,
): Promise<RunHandle<'pipeline'>> {
  const { from, id } = options;
  if (old.pattern !== 'pipeline') {
    throw new CadenzaError(
      'Unsupported',
      `"${shown(old.workflowId)}" is a run of ${old.pattern}; only those of pipeline have steps to run from`,
    );
  }
  const given = await givenInput(client, old);
  const plan = await planOf(client, old);
  if (!plan) {
    throw refusal(
      'id',
      `the run "${shown(old.workflowId)}" has no steps that are known: its input was refused, or is being checked`,
    );
  }
  const steps = Object.keys(plan.parents);
  if (!steps.includes(from)) throw refusal('from', `there is no step "${shown(from)}"${suggestion(from, steps)}`);
  const earlierOutputs = keptOutputs(plan.parents, from, plan.results);
  const next = {
    ...given,
    ...(plan.definition ? { definition: `${plan.definition.name}@${plan.definition.version}` } : {}),
    config: joinConfig(given.config, changesOf(options, plan, earlierOutputs)),
    earlierOutputs,
  } as GivenInput<'pipeline'>;
  return startRun(client, {
    pattern: 'pipeline',
    input: await prepared(next, options, store, client.options.namespace),
    id,
    summary: `rerun of ${shown(old.workflowId)} from ${from}`,
  });
}

/** The input that the old run was started with: the first event of its history. */
async function givenInput(client: Client, { workflowId, runId }: RunHandle): Promise<GivenInput<'pipeline'>> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const parent = started?.parentWorkflowExecution?.workflowId;
  if (parent) throw refusal('id', `"${shown(workflowId)}" is a step of "${shown(parent)}": run that one again`);
  const [input] = await decodeArrayFromPayloads(client.options.loadedDataConverter, started?.input?.payloads);
  return input as GivenInput<'pipeline'>;
}

/** Asks the old run, also after its end. Null where its input was not accepted. */
async function planOf(client: Client, { workflowId, runId }: RunHandle): Promise<RunPlan | null> {
  const handle = client.workflow.getHandle(workflowId, runId);
  try {
    return await queryAgain<RunPlan | null>(client, handle, MESSAGES.plan, QUERY_SECONDS);
  } catch (error) {
    if (!(error instanceof QueryNotRegisteredError)) throw error;
    const message = 'the worker that answers is of a version that knows no rerun; start a new one';
    throw new CadenzaError('Unsupported', message);
  }
}

/** What changes in the settings of steps. What would have no effect is refused. */
function changesOf(
  { from, model, config = {} }: RerunOptions,
  { parents, handlers }: RunPlan,
  kept: Readonly<Record<string, JsonValue>>,
): Record<string, JsonObject> {
  if (model !== undefined && !handlers.includes(from)) {
    throw refusal(
      'model',
      `step "${from}" runs no handler, so it has no model of its own${handlers.length > 0 ? `; these do: ${handlers.join(', ')}` : ''}`,
    );
  }
  for (const name of Object.keys(config)) {
    const at = `config.${shown(name)}`;
    if (!Object.hasOwn(parents, name)) {
      throw refusal(at, `there is no step "${shown(name)}"${suggestion(name, Object.keys(parents))}`);
    }
    if (Object.hasOwn(kept, name)) {
      throw refusal(at, `step "${name}" does not run anew: it does not depend on "${from}", so its output is kept`);
    }
  }
  return model === undefined ? config : joinConfig(config, { [from]: { model } });
}

function joinConfig(
  one: Readonly<Record<string, JsonObject>> = {},
  other: Readonly<Record<string, JsonObject>>,
): Record<string, JsonObject> {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, { ...one[name], ...other[name] }]));
}

/** Only an input that the caller gives may name a file of this machine; the old run's own is taken as it stands. */
async function prepared(
  next: GivenInput<'pipeline'>,
  { input }: RerunOptions,
  store: ContentStore,
  namespace: string,
): Promise<GivenInput<'pipeline'>> {
  if (input !== undefined) return prepareInput('pipeline', { ...next, input }, store, namespace);
  checkInput('pipeline', next);
  return next;
}

function refusal(field: string, message: string): CadenzaError {
  return new CadenzaError('InvalidInput', `${field}: ${message}`, { field });
}
