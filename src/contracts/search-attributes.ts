/**
 * What runs can be found by in Temporal, with the type that the server keeps each as. `CadenzaModels` and `CadenzaLabel`
 * are lists; a label is `key=value`.
 */
export const SEARCH_ATTRIBUTES = {
  CadenzaPattern: 'KEYWORD',
  CadenzaDefinition: 'KEYWORD',
  CadenzaModels: 'KEYWORD_LIST',
  CadenzaOutcome: 'KEYWORD',
  CadenzaCostUsd: 'DOUBLE',
  CadenzaLabel: 'KEYWORD_LIST',
} as const;
export type SearchAttribute = keyof typeof SEARCH_ATTRIBUTES;

/** Characters of a keyword that every visibility store can hold. */
export const KEYWORD_CHARACTERS = 255;

/**
 * What a run may be found by. Only the plan of a run whose namespace has the attributes holds it: to set one that is not
 * there fails the Workflow Task for ever.
 */
export type SearchFacts = { labels: string[] };
