import type { ContentReference } from '../contracts/content';
import type { JsonValue } from '../contracts/json';
import type { ShownNode } from '../core/tree/search-result';
import type { Search, TreeNode } from '../core/tree/tree-types';
import { values } from './activity-proxies';

/** Nodes that are stored as one value: it must fit one activity's input. */
const PAGE_NODES = 250;

/** A search in the content store: what a run that continues as new hands on. */
export type StoredSearch = { rest: ContentReference; pages: ContentReference[] };

/** Puts a search into the content store. */
export async function storeSearch(tenant: string, { nodes, ...rest }: Search): Promise<StoredSearch> {
  const stored = (value: unknown) => values.storeValue(tenant, value as JsonValue);
  const [kept, ...pages] = await Promise.all([stored(rest), ...pagesOf(nodes).map(stored)]);
  return { rest: kept as ContentReference, pages };
}

/** The search that {@link storeSearch} has stored. */
export async function loadSearch(tenant: string, { rest, pages }: StoredSearch): Promise<Search> {
  const [kept, ...lists] = await Promise.all([rest, ...pages].map((page) => values.loadValue(tenant, page)));
  const nodes = (lists as unknown as TreeNode[][]).flat();
  return { ...(kept as unknown as Omit<Search, 'nodes'>), nodes };
}

/** A tree that is too large for a result, as one stored value `{ nodes }`. */
export async function storeTree(tenant: string, nodes: readonly ShownNode[]): Promise<ContentReference> {
  const stored = pagesOf(nodes).map((page) => values.storeValue(tenant, page as unknown as JsonValue));
  return values.joinPages(tenant, await Promise.all(stored), 'nodes');
}

function pagesOf<T>(nodes: readonly T[]): T[][] {
  const count = Math.ceil(nodes.length / PAGE_NODES);
  return Array.from({ length: count }, (_, index) => nodes.slice(index * PAGE_NODES, (index + 1) * PAGE_NODES));
}
