import type { ContentReference } from './content';
import type { JsonObject } from './json';
import type { Definition } from './pipeline.schema';

/** One version of a definition: its SHA-256 in hex, and when it was first registered. Times are ISO 8601. */
export type DefinitionVersion = { version: string; createdAt: string };

/** Argument of the `define` update: a definition in its normal form, or where it is stored. */
export type DefineRequest = { definition: JsonObject | ContentReference };

/** What registering a definition came to; the same definition again changes nothing. */
export type Defined = DefinitionVersion & { name: string; isNew: boolean };

/** Argument of the `find` query: the first characters of a version, or nothing for the newest. */
export type FindRequest = { version?: string };

/** One version with all that is known of its definition, the version that was registered last first; null where there is none. */
export type FoundDefinition =
  | (DefinitionVersion & { name: string; definition: Definition | ContentReference; versions: DefinitionVersion[] })
  | null;

/** A line of the list of definitions. `shipped` ones come with the product and have no versions of their own. */
export type DefinitionSummary = {
  name: string;
  version: string;
  description?: string;
  steps: number;
  createdAt?: string;
  shipped: boolean;
};
