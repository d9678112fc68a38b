/**
 * What the built-in classifier can call a document. `other` is the honest answer for all else, with a low score.
 * A run may pass labels of its own instead.
 */
export const DOCUMENT_TYPES = [
  'invoice',
  'receipt',
  'contract',
  'license',
  'email',
  'letter',
  'scientific_article',
  'news_article',
  'resume',
  'report',
  'minutes',
  'manual',
  'other',
] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** Entity types that the built-in models find. */
export const ENTITY_TYPES = [
  'person',
  'organization',
  'place',
  'date',
  'money',
  'email',
  'url',
  'phone',
  'iban',
] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];
