import {
  allHandlersFinished,
  condition,
  defineQuery,
  defineUpdate,
  makeContinueAsNewFunc,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { NO_TENANT, isContentReference } from '../contracts/content';
import type {
  Defined,
  DefineRequest,
  DefinitionVersion,
  FindRequest,
  FoundDefinition,
} from '../contracts/definition-messages';
import type { JsonObject } from '../contracts/json';
import { DEFINITION_MESSAGES, MEMO_OUTCOME } from '../contracts/names';
import type { Definition } from '../contracts/pipeline.schema';
import type { CheckedDefinition } from '../contracts/step-activity';
import { isoTime } from '../core/iso-time';
import { system, values } from './activity-proxies';
import { asRunFailure } from './run-failure';

/** Versions that stay in the workflow's own state, where they are small; older ones go to the content store. */
const MAX_INLINE_VERSIONS = 100;

type StoredVersion = DefinitionVersion & CheckedDefinition;

export const defineDefinitionUpdate = defineUpdate<Defined, [DefineRequest]>(DEFINITION_MESSAGES.define);
export const findDefinitionQuery = defineQuery<FoundDefinition, [FindRequest]>(DEFINITION_MESSAGES.find);

/**
 * The versions of one definition, for ever: an entity that continues as new with all that it knows. It ends only where
 * the first definition that it was given is refused.
 */
export async function definitionRegistry(name: string, carried: StoredVersion[] = []): Promise<void> {
  /** Oldest first; the last one is what runs take. */
  // Anyone can start a workflow; only an earlier run of this one has checked what it carries.
  let versions = workflowInfo().continuedFromExecutionRunId === undefined ? [] : carried;
  let asked = false;
  setHandler(findDefinitionQuery, ({ version = '' }) => findVersion(name, versions, version));
  setHandler(defineDefinitionUpdate, async (request) => {
    asked = true;
    const checked = await system
      .checkDefinition(name, (request as Partial<DefineRequest> | null)?.definition as JsonObject)
      .catch(asRunFailure);
    const known = versions.find(({ version }) => version === checked.version);
    const entry = known ?? { ...checked, createdAt: isoTime(Date.now()) };
    versions = [...versions.filter((one) => one !== known), entry];
    upsertMemo({ [MEMO_OUTCOME]: summaryOf(entry) });
    const oldest = oldestToMove(versions);
    if (oldest) {
      // Where the store is away it stays in place, and goes with the next one.
      const stored = await values.storeValue(NO_TENANT, oldest.definition).catch(() => oldest.definition);
      versions = versions.map((one) => (one === oldest ? { ...oldest, definition: stored } : one));
    }
    return { name, version: entry.version, createdAt: entry.createdAt, isNew: !known };
  });
  await condition(
    () => allHandlersFinished() && (versions.length === 0 ? asked : workflowInfo().continueAsNewSuggested),
  );
  // The next run is not given the memo by itself.
  const goOn = makeContinueAsNewFunc<typeof definitionRegistry>({ memo: workflowInfo().memo ?? {} });
  if (versions.length > 0) await goOn(name, versions);
}

function findVersion(name: string, versions: readonly StoredVersion[], prefix: string): FoundDefinition {
  const newestFirst = [...versions].reverse();
  const found = newestFirst.find(({ version }) => version.startsWith(prefix));
  if (!found) return null;
  const { version, createdAt, definition } = found;
  return {
    name,
    version,
    createdAt,
    definition: isContentReference(definition) ? definition : (definition as unknown as Definition),
    versions: newestFirst.map((one) => ({ version: one.version, createdAt: one.createdAt })),
  };
}

/** Keeps the state within what one payload may hold. */
function oldestToMove(versions: readonly StoredVersion[]): StoredVersion | undefined {
  const inline = versions.filter(({ definition }) => !isContentReference(definition));
  return inline.length > MAX_INLINE_VERSIONS ? inline[0] : undefined;
}

/** What `cadenza definitions` lists without asking a Worker. */
function summaryOf({ version, createdAt, description, steps }: StoredVersion) {
  return { version, createdAt, steps, ...(description === undefined ? {} : { description }) };
}
