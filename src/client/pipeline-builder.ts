import type { z } from 'zod';
import { check } from '../contracts/check-input.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import type { callbacksSchema } from '../contracts/callbacks.schema';
import type { DocumentReference } from '../contracts/content';
import type { JsonObject, JsonValue } from '../contracts/json';
import type { AnsweringPattern } from '../contracts/names';
import type { Definition } from '../contracts/pipeline.schema';
import { definitionSchema } from '../contracts/pipeline.schema';
import { planSteps } from '../core/graph/check-steps';
import type { HandlerName } from './handler-signatures';
import { outputData, stepData } from './pipeline-data';
import type { MappedOutput, Refs } from './references';
import type { GivenApproval, GivenWait, ItemRefs, NewStepName, StepOutput, StepSpec, StepTypesOf } from './step-types';

type GivenCallbacks = z.input<typeof callbacksSchema>;

/** How one run differs from another of the same pipeline. */
export type PipelineRunOptions<Steps> = Pick<
  GivenInput<'pipeline'>,
  'maxParallel' | 'failFast' | 'labels' | 'budget'
> & {
  /** Settings laid over the `config` of single steps. */
  config?: { [S in keyof Steps]?: JsonObject };
  /** Outputs of steps that are not run, taken from an earlier run. */
  earlierOutputs?: { [S in keyof Steps]?: Steps[S] };
};

/** A pipeline whose data can be had. `Input` and `Output` are types only. */
export type Pipeline<Input, Steps, Output> = {
  readonly name: string;
  /** Who is told when a step ends; `*` is every step. Replaces what was said before. */
  callbacks(callbacks: { [S in (keyof Steps & string) | '*']?: GivenCallbacks[string] }): Pipeline<
    Input,
    Steps,
    Output
  >;
  /**
   * The definition in its normal form, the same data that YAML gives: for `cadenza define`, as JSON.
   * @throws CadenzaError `InvalidInput` naming the field
   */
  definition(): Definition;
  /**
   * The input of one run with these steps in place: `cadenza.start('pipeline', invoices.runWith(input))`.
   * @throws CadenzaError `InvalidInput` naming the field
   */
  runWith(input: RunInput<Input>, options?: PipelineRunOptions<Steps>): GivenInput<'pipeline'>;
  /** Only a type: what `OutputOf` reads. */
  readonly types?: { input: Input; output: Output };
};

/** A pipeline that takes more steps. Each call gives a new one, so that a beginning can be shared. */
export type PipelineBuilder<Own, Input, Steps, Last> = Pipeline<Input, Steps, Last> & {
  /**
   * One more step. Its `inputs` refer to the run's input and to earlier steps; their types are checked.
   * @throws CadenzaError `InvalidInput` where inputs are more than references and plain values
   */
  step<
    N extends string,
    H extends HandlerName<Own> = never,
    P extends AnsweringPattern = never,
    A extends GivenApproval = never,
    W extends GivenWait = never,
    As extends string = 'item',
    Item = never,
    Given = unknown,
    X extends string = never,
    Returns = never,
    D extends JsonValue = never,
  >(
    name: NewStepName<N, Steps>,
    spec: StepSpec<
      Own,
      Steps,
      { input: Input } & Steps,
      Refs<{ input: Input } & Steps> & ItemRefs<As, Item>,
      StepTypesOf<H, P, A, W, As, Item, Given, X, Returns, D>
    >,
  ): NextBuilder<Own, Input, Steps, N, StepOutput<Own, StepTypesOf<H, P, A, W, As, Item, Given, X, Returns, D>>>;
  /** The pipeline's output: one reference or value, or several by name. Without it, that of the last step. */
  output<T>(map: (refs: Refs<{ input: Input } & Steps>) => T): Pipeline<Input, Steps, MappedOutput<T>>;
};

type NextBuilder<Own, Input, Steps, N extends string, Out> = PipelineBuilder<
  Own,
  Input,
  Steps & { [S in N]: Out },
  Out
>;

/** A pipeline without steps: here the type of its input is declared. */
export type PipelineStart<Own> = PipelineBuilder<Own, JsonValue, unknown, null> & {
  /** Declares the type of the run's input; a JSON Schema of it becomes part of the definition. */
  input<T>(schema?: JsonObject): PipelineBuilder<Own, T, unknown, null>;
};

/** Where the input is a document, a file that the client stores will do. */
type RunInput<Input> = Input | (DocumentReference extends Input ? { file: string } : never);

/** The output of a pipeline's runs: `const output = result.output as OutputOf<typeof invoices>`. */
export type OutputOf<P extends { types?: { output: unknown } }> = NonNullable<P['types']>['output'];

type State = {
  name: string;
  description?: string;
  input?: JsonObject;
  steps: JsonObject[];
  output?: JsonValue;
  callbacks?: unknown;
};

/**
 * Begins a pipeline. Handlers of your own are known by their types: `pipeline<typeof handlers>('invoices')`.
 * What comes out is plain data; nothing of the builder is there when it runs.
 */
export function pipeline<Own extends object = object>(
  name: string,
  options: { description?: string } = {},
): PipelineStart<Own> {
  return build({ name, ...options, steps: [] }) as unknown as PipelineStart<Own>;
}

function build(state: State) {
  const names = ['input', ...state.steps.map((step) => String(step['name']))];
  return {
    name: state.name,
    input: (schema?: JsonObject) => build(schema === undefined ? state : { ...state, input: schema }),
    step: (name: string, spec: object) => build({ ...state, steps: [...state.steps, stepData(name, spec, names)] }),
    output: (map: unknown) => build({ ...state, output: outputData(map, names) }),
    callbacks: (callbacks: unknown) => build({ ...state, callbacks }),
    definition: () => checked(state),
    runWith(input: JsonValue, options: object = {}): GivenInput<'pipeline'> {
      const { steps, output, callbacks } = checked(state);
      return {
        steps,
        ...(output === undefined ? {} : { output }),
        ...(callbacks === undefined ? {} : { callbacks }),
        ...options,
        input,
      };
    },
  };
}

/** As a Worker checks it before a run, but for expressions, which are parsed there. */
function checked(state: State): Definition {
  const definition = check(definitionSchema, state, `pipeline "${state.name}"`);
  planSteps(definition.steps, definition.output, () => ({ outer: [], inner: [] }));
  return definition;
}
