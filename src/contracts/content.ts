import type { JsonValue } from './json';

/**
 * A value that stays in the content store: its SHA-256, size and media type.
 * JSON values have the media type `application/json`, text `text/plain; charset=utf-8`.
 */
export type ContentReference = { ref: `sha256:${string}`; bytes: number; mediaType: string };

/** A stored document: a content reference with the file name that the person gave. */
export type DocumentReference = ContentReference & { name: string };

/** A reference plus a path into the JSON value it stands for, resolved where the value is loaded. */
export type ContentPath = { from: ContentReference; path: (string | number)[] };

export const JSON_MEDIA_TYPE = 'application/json';
export const TEXT_MEDIA_TYPE = 'text/plain; charset=utf-8';

const REFERENCE = /^sha256:[0-9a-f]{64}$/;

/** True for exactly the shape of a content reference, with or without a document's name. */
export function isContentReference(value: unknown): value is ContentReference {
  if (typeof value !== 'object' || value === null) return false;
  const { ref, bytes, mediaType, ...rest } = value as Record<string, unknown>;
  const others = Object.keys(rest);
  return (
    typeof ref === 'string' &&
    REFERENCE.test(ref) &&
    typeof bytes === 'number' &&
    typeof mediaType === 'string' &&
    (others.length === 0 || (others.length === 1 && typeof rest['name'] === 'string'))
  );
}

/** True for a content reference that carries a file name. */
export function isDocumentReference(value: unknown): value is DocumentReference {
  return isContentReference(value) && typeof (value as { name?: unknown }).name === 'string';
}

/** True for a reference with a path into it. */
export function isContentPath(value: unknown): value is ContentPath {
  if (typeof value !== 'object' || value === null) return false;
  const { from, path, ...rest } = value as Record<string, JsonValue>;
  return Object.keys(rest).length === 0 && isContentReference(from) && Array.isArray(path);
}

/** Who may read a piece of content: the Temporal namespace and the tenant label of the run that wrote it. */
export type ContentScope = { namespace: string; tenant: string };

/** The tenant of a run without a `tenant` label. */
export const NO_TENANT = '_';
