import type { z } from 'zod';
import type { GivenInput } from '../contracts/check-input.schema';
import type { JsonValue } from '../contracts/json';
import type { AnsweringPattern, MAIN_OUTPUT, RESERVED_STEP_NAMES } from '../contracts/names';
import type { PatternResults } from '../contracts/pattern-results';
import type { ApprovalOutput } from '../contracts/pipeline-messages';
import type { stepSchema, Trigger } from '../contracts/pipeline.schema';
import type { HandlerName, HandlerOf } from './handler-signatures';
import type { Carrier, Mapped, MappedFields, Ref, Refs, Typed } from './references';

type GivenStep = z.input<typeof stepSchema>;
export type GivenApproval = NonNullable<GivenStep['approval']>;
export type GivenWait = NonNullable<GivenStep['wait']>;

/** A step's name, or the sentence that the compiler shows where it can not be one. */
export type NewStepName<N extends string, Steps> = N extends keyof Steps
  ? `there is a step "${N}" already`
  : N extends (typeof RESERVED_STEP_NAMES)[number]
    ? `"${N}" has a meaning of its own in references`
    : N;

/** The types that one call of `step` is about; `never` is what the step does not have. */
export type StepTypes = {
  handler: string;
  pattern: AnsweringPattern;
  approval: GivenApproval;
  wait: GivenWait;
  /** What an entry of the list is called, and its type. */
  as: string;
  item: unknown;
  /** What `inputs` gives. */
  given: unknown;
  transform: string;
  returns: unknown;
  /** The output in place of a failure. */
  fallback: unknown;
};

/** They are inferred one by one. */
export type StepTypesOf<H, P, A, W, As, Item, Given, X, Returns, D> = {
  handler: H;
  pattern: P;
  approval: A;
  wait: W;
  as: As;
  item: Item;
  given: Given;
  transform: X;
  returns: Returns;
  fallback: D;
};

type StepWork<Own, Scope, T extends StepTypes, InputRefs> = {
  /** Runs the step once for each entry. Written before `inputs`, so that the entry's type is known there. */
  forEach?: {
    items: (refs: Refs<Scope>) => Carrier<readonly T['item'][]>;
    /** What inputs call the entry; its place is `index`. Default `item`. */
    as?: T['as'];
    /** Entries at once. Default 10. */
    maxParallel?: number;
  };
  /** Parameters from the run's input, earlier steps and, with `forEach`, the entry. */
  inputs?: (refs: InputRefs) => Exactly<T['given'], InputsOf<Own, T>>;
  /** Settings, as they are. The input of a pattern is its config with `inputs` laid over it. */
  config?: ConfigOf<Own, T>;
  /** JSONata over the step's output (of one entry). Its type is JSON at large unless `returns` declares it. */
  transform?: T['transform'];
  /** The type of the output (of one entry), where the handler's is not it: `typed<T>()`. */
  returns?: Typed<T['returns']>;
  /** Total number of attempts: 3 for a handler, 1 for a pattern. */
  retryCount?: number;
  /** Of one attempt. 300 for a handler, no limit for a pattern. */
  timeoutSeconds?: number;
};

/**
 * All that a step can say, in the words of definitions. It is exactly one of handler, pattern, approval and wait.
 * `InputRefs` stands apart from `T`: to look into `T` for what inputs refer to would settle what they give.
 */
export type StepSpec<Own, Steps, Scope, InputRefs, T extends StepTypes> = {
  handler?: T['handler'] & HandlerName<Own>;
  pattern?: T['pattern'];
  /** Waits for a person's decision. */
  approval?: T['approval'];
  /** A durable timer. */
  wait?: T['wait'];
  /** JSONata over `input` and earlier steps; where false, the step is skipped. */
  condition?: string;
  /** Order without data. */
  dependsOn?: readonly (keyof Steps & string)[];
  /** When to run after steps that failed or were skipped. Default `all_success`. */
  trigger?: Trigger;
  onFailure?: 'fail' | 'continue' | { default: T['fallback'] };
} & StepWork<Own, Scope, T, InputRefs> &
  KindRule<Own, T>;

/** The entry of a list and its place, for a step that runs over one. */
export type ItemRefs<As extends string, Item> = [Item] extends [never]
  ? unknown
  : { readonly [K in As]: Ref<Item> } & { readonly index: Ref<number> };

/** The compiler looks for superfluous fields of what a function returns only where they are named. */
export type Exactly<Given, Expected> = Given & Expected & { [K in Exclude<keyof Given, keyof Expected>]: never };

type InputsOf<Own, T extends StepTypes> = [T['handler']] extends [never]
  ? { [K in keyof GivenInput<T['pattern']>]?: Mapped<GivenInput<T['pattern']>[K]> }
  : MappedFields<HandlerOf<Own, T['handler']>['inputs']>;

type ConfigOf<Own, T extends StepTypes> = [T['handler']] extends [never]
  ? Partial<GivenInput<T['pattern']>>
  : HandlerOf<Own, T['handler']>['config'];

type Kind = 'handler' | 'pattern' | 'approval' | 'wait';
type Not<Fields extends string> = { [K in Fields]?: never };
type NoWork = Not<keyof StepWork<unknown, unknown, StepTypes, unknown>>;

/** Exactly one kind; no work where there is nothing to do; inputs where the handler requires some. */
type KindRule<Own, T extends StepTypes> = [T['handler']] extends [never]
  ? [T['pattern']] extends [never]
    ? [T['approval']] extends [never]
      ? { wait: GivenWait } & Not<Exclude<Kind, 'wait'>> & NoWork
      : Not<Exclude<Kind, 'approval'>> & NoWork
    : Not<Exclude<Kind, 'pattern'>>
  : Not<Exclude<Kind, 'handler'>> &
      (Record<never, never> extends HandlerOf<Own, T['handler']>['inputs'] ? unknown : { inputs: unknown });

/** What later steps see of a step. */
export type StepOutput<Own, T extends StepTypes> =
  | ([T['item']] extends [never] ? EntryOutput<Own, T> : EntryOutput<Own, T>[])
  | T['fallback'];

type EntryOutput<Own, T extends StepTypes> = [T['returns']] extends [never]
  ? [T['transform']] extends [never]
    ? OwnOutput<Own, T>
    : JsonValue
  : T['returns'];

type OwnOutput<Own, T extends StepTypes> = [T['handler']] extends [never]
  ? [T['pattern']] extends [never]
    ? [T['approval']] extends [never]
      ? { waitedSeconds: number }
      : ApprovalOutput
    : MainOutput<T['pattern']>
  : HandlerOf<Own, T['handler']>['output'];

type MainOutput<P extends AnsweringPattern> = P extends AnsweringPattern
  ? PatternResults[P][(typeof MAIN_OUTPUT)[P] & keyof PatternResults[P]]
  : never;
