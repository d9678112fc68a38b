import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { loadShippedDefinitions } from '../config/load-definitions';
import { check } from '../contracts/check-input.schema';
import type { ContentReference } from '../contracts/content';
import { isContentReference, JSON_MEDIA_TYPE, NO_TENANT } from '../contracts/content';
import type {
  Defined,
  DefineRequest,
  DefinitionSummary,
  DefinitionVersion,
  FindRequest,
  FoundDefinition,
} from '../contracts/definition-messages';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject } from '../contracts/json';
import { INLINE_LIMIT_BYTES } from '../contracts/limits';
import {
  DEFINITION_MESSAGES,
  DEFINITION_WORKFLOW,
  definitionWorkflowId,
  MEMO_OUTCOME,
  TASK_QUEUE,
} from '../contracts/names';
import { shown, suggestion } from '../contracts/nearest-name';
import type { Definition } from '../contracts/pipeline.schema';
import { definitionSchema } from '../contracts/pipeline.schema';
import type { ContentStore } from '../store/content-store';
import { checkWritable } from './check-writable';
import { refusalOf, UPDATE_SECONDS } from './refusal-of';

/** A definition with what is known of its version; one that ships has no time of its own, and one version. */
export type DefinitionDetail = {
  definition: Definition;
  version: string;
  createdAt?: string;
  versions: DefinitionVersion[];
  shipped: boolean;
};

/** Named pipelines that runs start from. */
export type Definitions = {
  /**
   * Checks and registers a definition; the newest version is what runs take from then on, also where it is one that was
   * registered before. @throws CadenzaError `InvalidInput`, `UnknownHandler`, `UnknownModel`, `ServerUnavailable`
   */
  define(definition: unknown): Promise<Defined>;
  /** `name`, or `name@version` by the first characters of a version. @throws CadenzaError `UnknownDefinition` */
  find(name: string): Promise<DefinitionDetail>;
  /** Those that ship with the product, then those that were registered, by name. */
  list(): Promise<DefinitionSummary[]>;
};

/** The definitions of one namespace. */
export function createDefinitions(client: Client, store: ContentStore): Definitions {
  const scope = { namespace: client.options.namespace, tenant: NO_TENANT };
  const load = async (given: Definition | ContentReference): Promise<Definition> =>
    isContentReference(given)
      ? (JSON.parse(Buffer.from(await store.get(scope, given)).toString('utf8')) as Definition)
      : given;

  const list = async (): Promise<DefinitionSummary[]> => [...shippedDefinitions(), ...(await registered(client))];

  return {
    async define(given) {
      const definition = check(definitionSchema, given, 'definition');
      checkWritable('definition', definition);
      const text = Buffer.from(JSON.stringify(definition), 'utf8');
      const request: DefineRequest = {
        definition:
          text.length > INLINE_LIMIT_BYTES
            ? await store.put(scope, text, JSON_MEDIA_TYPE)
            : (definition as unknown as JsonObject),
      };
      const start = new WithStartWorkflowOperation<(name: string) => Promise<void>>(DEFINITION_WORKFLOW, {
        workflowId: definitionWorkflowId(definition.name),
        taskQueue: TASK_QUEUE,
        args: [definition.name],
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `definition ${definition.name}`,
      });
      try {
        return await client.withDeadline(Date.now() + UPDATE_SECONDS * 1000, () =>
          client.workflow.executeUpdateWithStart<(name: string) => Promise<void>, Defined, [DefineRequest]>(
            DEFINITION_MESSAGES.define,
            {
              args: [request],
              startWorkflowOperation: start,
            },
          ),
        );
      } catch (error) {
        throw refusalOf(error);
      }
    },
    async find(called) {
      const [name = '', version] = called.split('@');
      const shipped = loadShippedDefinitions().get(name);
      if (shipped?.version.startsWith(version ?? '')) return { ...shipped, versions: [], shipped: true };
      const request: FindRequest = version === undefined ? {} : { version };
      const found = await client.workflow
        .getHandle(definitionWorkflowId(name))
        .query<FoundDefinition, [FindRequest]>(DEFINITION_MESSAGES.find, request)
        .catch((error: unknown): FoundDefinition => {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        });
      if (found) {
        const { createdAt, versions } = found;
        return {
          definition: await load(found.definition),
          version: found.version,
          createdAt,
          versions,
          shipped: false,
        };
      }
      const names = (await list()).map((one) => one.name);
      throw new CadenzaError(
        'UnknownDefinition',
        `definition "${shown(called)}" is not known${suggestion(name, names)}`,
        {
          field: 'definition',
        },
      );
    },
    list,
  };
}

/** The definitions that ship with the product. */
export function shippedDefinitions(): DefinitionSummary[] {
  return [...loadShippedDefinitions().values()].map(({ definition: { name, description, steps }, version }) => ({
    name,
    version,
    ...(description === undefined ? {} : { description }),
    steps: steps.length,
    shipped: true,
  }));
}

/** From what each registry leaves in its memo, so that no Worker is needed. */
async function registered(client: Client): Promise<DefinitionSummary[]> {
  const found: DefinitionSummary[] = [];
  const query = `WorkflowType = '${DEFINITION_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, memo } of client.workflow.list({ query })) {
    const summary = memo?.[MEMO_OUTCOME] as Omit<DefinitionSummary, 'name' | 'shipped'> | undefined;
    if (summary) found.push({ name: workflowId.slice(definitionWorkflowId('').length), ...summary, shipped: false });
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}
