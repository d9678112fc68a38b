import type { ChainInput, ChainStep, OutputParser } from './chain.schema';
import type { ContentReference } from './content';
import type { JsonObject, JsonValue } from './json';
import type { SharedPlan, PassedOver, RunIdentity, StoredPins } from './step-activity';
import type { CallUsage } from './usage';

/** A parser whose schema may be in the content store. */
export type PlannedParser = Exclude<OutputParser, { schema: JsonObject }> | { schema: JsonValue };

/** What a step asks of its model. Templates may be in the content store. */
export type ChainAsk = {
  name: string;
  /** Where the step stands in the chain's input, for messages. */
  field: string;
  promptTemplate: JsonValue;
  system?: JsonValue;
  model: string;
  temperature: number;
  maxOutputTokens: number;
  outputParser: PlannedParser;
};

/** A step with what its expressions mention. */
export type PlannedChainStep = Pick<ChainStep, 'name' | 'condition' | 'gate'> & {
  ask: ChainAsk;
  conditionNames: string[];
  gateNames: string[];
};

/** A chain by value: nothing that changes later can change it. */
export type ChainPlan = SharedPlan & {
  steps: PlannedChainStep[];
  /** Small: stored where it is large. */
  initialInput: JsonValue;
  tenant: string;
  pins: StoredPins;
  budget?: ChainInput['budget'];
  /** JSON bytes of a value, a prompt or an answer that stay in place. */
  inlineLimit: number;
};

/**
 * The values that templates see, so that a call carries what is new and one reference to the rest: history then grows
 * with new text only, however many steps mention all that went before.
 */
export type ChainContext = { stored?: ContentReference; fresh: JsonObject };

/** One run of one step. */
export type ChainCall = {
  run: RunIdentity;
  /** Path in the journal: every run of a step has one of its own. */
  step: string;
  pins: StoredPins;
  ask: ChainAsk;
  context: ChainContext;
  inlineLimit: number;
};

/** What came of it, small. */
export type ChainCallOutcome = {
  /** What the parser made of the answer. */
  value: JsonValue;
  /** The answer's text, where the value is something else. */
  raw?: JsonValue;
  prompt: JsonValue;
  /** All values before this step as one reference, where they had become many. */
  stored?: ContentReference;
  usage: CallUsage;
  attempts: number;
  /** Who answered, where it is not who was asked, and who gave no answer before. */
  answeredBy?: string;
  passedOver?: PassedOver[];
};
