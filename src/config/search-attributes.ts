import type { OperatorService, WorkflowService } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes';
import type { SearchAttribute } from '../contracts/search-attributes';

/** The services of a connection, of a client or of a Worker. */
export type NamespaceServices = {
  workflowService: Pick<WorkflowService, 'countWorkflowExecutions'>;
  operatorService: Pick<OperatorService, 'listSearchAttributes' | 'addSearchAttributes'>;
};

/** How far a namespace is from knowing all of them. `wrong` are there with another type, which only a person can change. */
export type SearchState = { missing: SearchAttribute[]; wrong: SearchAttribute[] };

const NAMES = Object.keys(SEARCH_ATTRIBUTES) as SearchAttribute[];

/** `temporal.api.enums.v1.IndexedValueType` */
const WIRE_TYPES = { KEYWORD: 2, DOUBLE: 4, KEYWORD_LIST: 7 } as const;

/** Status codes of gRPC. */
const INVALID_ARGUMENT = 3;

/**
 * Which search attributes a namespace lacks. Where the operator's service may not be asked (as in Temporal Cloud), by a
 * query that names all of them. Rejects where the server does not answer.
 */
export async function readSearchState(services: NamespaceServices, namespace: string): Promise<SearchState> {
  const listed = await services.operatorService
    .listSearchAttributes({ namespace })
    .then(({ customAttributes }) => customAttributes)
    .catch(() => undefined);
  if (!listed)
    return (await answersQuery(services, namespace)) ? { missing: [], wrong: [] } : { missing: NAMES, wrong: [] };
  return {
    missing: NAMES.filter((name) => listed[name] === undefined),
    wrong: NAMES.filter((name) => listed[name] !== undefined && listed[name] !== wireType(name)),
  };
}

/** Adds those that are missing; gives their names. Rejects where the server refuses, or has no room for more. */
export async function registerSearchAttributes(
  services: NamespaceServices,
  namespace: string,
): Promise<SearchAttribute[]> {
  const { missing } = await readSearchState(services, namespace);
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, wireType(name)]));
  await services.operatorService.addSearchAttributes({ namespace, searchAttributes });
  return missing;
}

async function answersQuery({ workflowService }: NamespaceServices, namespace: string): Promise<boolean> {
  const query = NAMES.map((name) => `${name} IS NULL`).join(' AND ');
  try {
    await workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === INVALID_ARGUMENT) return false;
    throw error;
  }
}

function wireType(name: SearchAttribute): number {
  return WIRE_TYPES[SEARCH_ATTRIBUTES[name]];
}

/** How long an answer holds: attributes appear when somebody registers them, and hardly ever go away. */
const HOLDS_MS = { ready: 60_000, missing: 5_000 };

/** Longer than this no run waits to be told. */
const PATIENCE_MS = 2_000;

/**
 * Whether a namespace has all of them, as a function that is cheap to call for each run and never rejects: the last
 * answer, asked again beside it when that has grown old. Where nothing is known it is no.
 */
export function watchSearchState(
  services: NamespaceServices,
  namespace: string,
  { now = Date.now, patienceMs = PATIENCE_MS } = {},
): () => Promise<boolean> {
  let known: boolean | undefined;
  let askedAt = 0;
  let asking: Promise<void> | undefined;
  const ask = async () => {
    askedAt = now();
    const state = await readSearchState(services, namespace).catch(() => undefined);
    if (state) known = state.missing.length + state.wrong.length === 0;
    asking = undefined;
  };
  return async () => {
    if (now() - askedAt >= (known === true ? HOLDS_MS.ready : HOLDS_MS.missing) || askedAt === 0) asking ??= ask();
    // A namespace that had them still has; one that had not may have them since a moment ago.
    if (known !== true && asking) await Promise.race([asking, delay(patienceMs)]);
    return known ?? false;
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
