import { getClient } from '@temporalio/activity';
import { JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import type { FindRequest, FoundDefinition } from '../contracts/definition-messages';
import { CadenzaError } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { DEFINITION_MESSAGES, DEFINITION_WORKFLOW, definitionWorkflowId } from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import type { Definition } from '../contracts/pipeline.schema';
import type { PinnedDefinitions } from '../contracts/step-activity';
import type { ActivityDependencies } from './dependencies';
import { definitionNamesIn } from './resolve-definitions';
import { scopedContent } from './scoped-content';

const MAX_NAMES_SHOWN = 100;

/**
 * Definitions from their registries, with those that their steps name in turn; each is stored where the tenant can
 * read it. @throws CadenzaError `UnknownDefinition` with the nearest name, or the versions there are
 */
export function createFindDefinitions(dependencies: ActivityDependencies) {
  const { store, namespace, definitions: shipped } = dependencies;
  return async (tenant: string, names: string[]): Promise<PinnedDefinitions> => {
    const content = scopedContent(store, namespace, NO_TENANT);
    const found: PinnedDefinitions = {};
    const queue = [...names];
    for (let called = queue.shift(); called !== undefined; called = queue.shift()) {
      if (Object.hasOwn(found, called)) continue;
      const { version, definition } = await findOne(called, dependencies);
      const whole = (await content.load(definition as JsonValue, 'definition')) as unknown as Definition;
      const text = Buffer.from(JSON.stringify(whole), 'utf8');
      found[called] = { version, definition: await store.put({ namespace, tenant }, text, JSON_MEDIA_TYPE) };
      queue.push(...definitionNamesIn(whole.steps).filter((name) => !shipped.has(name.replace(/@.*/, ''))));
    }
    return found;
  };
}

async function findOne(
  called: string,
  { definitions: shipped }: ActivityDependencies,
): Promise<NonNullable<FoundDefinition>> {
  const [name = '', version] = called.split('@');
  const own = shipped.get(name);
  if (own) refuse(`definition "${name}" ships with the product in version ${own.version.slice(0, 12)}, not ${version}`);
  const handle = getClient().workflow.getHandle(definitionWorkflowId(name));
  const request: FindRequest = version === undefined ? {} : { version };
  const found = await handle
    .query<FoundDefinition, [FindRequest]>(DEFINITION_MESSAGES.find, request)
    .catch((error: unknown): FoundDefinition => {
      if (error instanceof Error && error.name === 'WorkflowNotFoundError') return null;
      throw new CadenzaError('ServerUnavailable', `the registry of definition "${shown(name)}" does not answer`, {
        retryable: true,
        cause: error,
      });
    });
  if (found) return found;
  const all = await handle.query<FoundDefinition, [FindRequest]>(DEFINITION_MESSAGES.find, {}).catch(() => null);
  if (all) {
    const versions = all.versions.map((one) => one.version.slice(0, 12)).join(', ');
    refuse(`definition "${name}" has no version ${version}; it has ${versions}`);
  }
  refuse(
    `definition "${shown(name)}" is not known${suggestion(name, [...shipped.keys(), ...(await registeredNames())])}`,
  );
}

async function registeredNames(): Promise<string[]> {
  const names: string[] = [];
  const query = `WorkflowType = '${DEFINITION_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of getClient().workflow.list({ query })) {
    names.push(workflowId.slice(definitionWorkflowId('').length));
    if (names.length >= MAX_NAMES_SHOWN) break;
  }
  return names;
}

function refuse(message: string): never {
  throw new CadenzaError('UnknownDefinition', `definition: ${message}`, { field: 'definition' });
}
