import type { ContentReference } from '../../contracts/content';
import { JSON_MEDIA_TYPE } from '../../contracts/content';
import type { JsonObject } from '../../contracts/json';
import type { ModelPins, PinnedModel } from '../../contracts/model';
import type { TreeModelRole, TreeText } from '../../contracts/tree-call';
import type { TreeOfThoughtInput } from '../../contracts/tree-of-thought.schema';
import type { NodeText } from '../../core/tree/tree-prompts';
import type { ActivityDependencies } from '../dependencies';
import { textOf } from '../load-call-input';
import type { ScopedContent } from '../scoped-content';
import { scopedContent } from '../scoped-content';

/** What every call of a tree needs and none of them changes: stored once, so that history names it only. */
export type TreeSetup = {
  input: TreeOfThoughtInput;
  models: Partial<Record<TreeModelRole, PinnedModel>>;
  pins: ModelPins;
};

/** Stores a setup for the calls of its run. */
export function storeSetup(
  setup: TreeSetup,
  tenant: string,
  { store, namespace }: ActivityDependencies,
): Promise<ContentReference> {
  return store.put({ namespace, tenant }, Buffer.from(JSON.stringify(setup), 'utf8'), JSON_MEDIA_TYPE);
}

/** @throws CadenzaError `ContentMissing` */
export async function loadSetup(
  reference: ContentReference,
  tenant: string,
  { store, namespace }: ActivityDependencies,
): Promise<{ setup: TreeSetup; content: ScopedContent }> {
  const content = scopedContent(store, namespace, tenant);
  const setup = (await content.load(reference, 'setup')) as JsonObject as unknown as TreeSetup;
  return { setup, content };
}

/** The texts of a node, loaded. */
export async function loadText({ path, state }: TreeText, content: ScopedContent): Promise<NodeText> {
  const [thoughts, loadedState] = await Promise.all([content.load(path, 'path'), content.load(state, 'state')]);
  const list = Array.isArray(thoughts) ? thoughts : [thoughts];
  return { path: list.map(textOf), state: textOf(loadedState) };
}
