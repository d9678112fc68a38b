import type { ContentReference, ContentScope } from '../contracts/content';

/**
 * Content addressed by SHA-256, kept apart by scope: what one namespace and tenant wrote, no other can read.
 * Writing the same bytes twice is one object; a write that returned is on disk.
 */
export interface ContentStore {
  /** @throws CadenzaError `StoreUnavailable` */
  put(scope: ContentScope, bytes: Uint8Array, mediaType: string): Promise<ContentReference>;
  /** @throws CadenzaError `ContentMissing` (also for content of another scope), `StoreUnavailable` */
  get(scope: ContentScope, reference: ContentReference): Promise<Uint8Array>;
}
