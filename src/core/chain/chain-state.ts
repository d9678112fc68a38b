import type { ChainStep } from '../../contracts/chain.schema';
import { CadenzaError } from '../../contracts/failures';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { INITIAL_INPUT } from './chain-input';

/** What the order of a chain depends on; what a step asks is for those who ask. */
export type ChainOrder = Pick<ChainStep, 'name' | 'condition' | 'gate'>;

/** What a chain asks for next. `run` counts the runs of that step, from 0. */
export type ChainMove<S extends ChainOrder = ChainOrder> =
  | { kind: 'condition'; step: S; expression: string }
  | { kind: 'call'; step: S; run: number }
  | { kind: 'gate'; step: S; expression: string }
  | { kind: 'end'; finalOutput: JsonValue; stoppedAt?: string };

/** All that a chain knows of its way, as plain data. Values may be content references. */
export type ChainState = {
  /** The step that is next, and what of it. */
  index: number;
  phase: 'condition' | 'call' | 'gate' | 'end';
  initialInput: JsonValue;
  values: JsonObject;
  /** How often each step has been run, and how often each gate has gone back. */
  runs: Record<string, number>;
  returns: Record<string, number>;
  /** The step whose value is the output so far. */
  last?: string;
  stoppedAt?: string;
};

/** A chain before its first step. */
export function firstChainState(steps: readonly ChainOrder[], initialInput: JsonValue): ChainState {
  return enter(steps, { index: 0, phase: 'call', initialInput, values: {}, runs: {}, returns: {} }, 0);
}

/** The values that templates and expressions see: the input, and the latest value of every step that has one. */
export function chainContext({ initialInput, values }: ChainState): JsonObject {
  return { [INITIAL_INPUT]: initialInput, ...values };
}

/** What to do next. The same state gives the same move. */
export function nextChainMove<S extends ChainOrder>(steps: readonly S[], state: ChainState): ChainMove<S> {
  const step = steps[state.index];
  if (state.phase === 'end' || !step) {
    const finalOutput = state.last === undefined ? null : (state.values[state.last] ?? null);
    return { kind: 'end', finalOutput, ...(state.stoppedAt !== undefined && { stoppedAt: state.stoppedAt }) };
  }
  if (state.phase === 'condition') return { kind: 'condition', step, expression: step.condition ?? 'true' };
  if (state.phase === 'gate') return { kind: 'gate', step, expression: step.gate?.condition ?? 'true' };
  return { kind: 'call', step, run: state.runs[step.name] ?? 0 };
}

/** After the condition of the next step: one that does not hold leaves the step out; a value of an earlier run stays. */
export function afterCondition(steps: readonly ChainOrder[], state: ChainState, holds: boolean): ChainState {
  return holds ? { ...state, phase: 'call' } : enter(steps, state, state.index + 1);
}

/** After the answer of the next step: its parsed value is what later templates see. */
export function afterCall(steps: readonly ChainOrder[], state: ChainState, value: JsonValue): ChainState {
  const step = steps[state.index];
  if (!step) return state;
  const { name } = step;
  const done = {
    ...state,
    values: { ...state.values, [name]: value },
    runs: { ...state.runs, [name]: (state.runs[name] ?? 0) + 1 },
    last: name,
  };
  return step.gate ? { ...done, phase: 'gate' } : enter(steps, done, state.index + 1);
}

/**
 * After the gate of a step: go on, stop, or go back to a step as often as the gate may.
 * @throws CadenzaError `ModelOutputInvalid` where the gate is still shut after its last return and says `fail`
 */
export function afterGate(steps: readonly ChainOrder[], state: ChainState, holds: boolean): ChainState {
  const step = steps[state.index];
  if (!step?.gate || holds) return enter(steps, state, state.index + 1);
  const { otherwise } = step.gate;
  if (otherwise === 'stop') return stop(state, step.name);
  const used = state.returns[step.name] ?? 0;
  if (used < otherwise.times) {
    const returned = { ...state, returns: { ...state.returns, [step.name]: used + 1 } };
    return enter(
      steps,
      returned,
      steps.findIndex(({ name }) => name === otherwise.goBackTo),
    );
  }
  switch (otherwise.afterwards) {
    case 'stop':
      return stop(state, step.name);
    case 'goOn':
      return enter(steps, state, state.index + 1);
    case 'fail':
      throw new CadenzaError(
        'ModelOutputInvalid',
        `the gate of step "${step.name}" is still shut after going back ${used} times to "${otherwise.goBackTo}"`,
      );
  }
}

function stop(state: ChainState, stoppedAt: string): ChainState {
  return { ...state, phase: 'end', stoppedAt };
}

function enter(steps: readonly ChainOrder[], state: ChainState, index: number): ChainState {
  const step = steps[index];
  if (!step) return { ...state, index, phase: 'end' };
  return { ...state, index, phase: step.condition === undefined ? 'call' : 'condition' };
}
