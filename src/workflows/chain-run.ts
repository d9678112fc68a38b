import type { ChainCallOutcome, ChainContext, ChainPlan, PlannedChainStep } from '../contracts/chain-call';
import type { ChainResult } from '../contracts/chain.schema';
import type { GivenInput } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import type { JsonObject } from '../contracts/json';
import type { RunStatus } from '../contracts/run';
import type { InheritedContext } from '../contracts/step-activity';
import { INITIAL_INPUT } from '../core/chain/chain-input';
import type { ChainMove, ChainState } from '../core/chain/chain-state';
import {
  afterCall,
  afterCondition,
  afterGate,
  chainContext,
  firstChainState,
  nextChainMove,
} from '../core/chain/chain-state';
import { showCounts, totalOf } from '../core/usage';
import { modelCalls, system } from './activity-proxies';
import { decideConditions } from './decide-conditions';
import { CallingRun } from './calling-run';
import { ModelCaller } from './model-caller';
import { PatternBook } from './pattern-book';
import { throwIfCancelled } from './throw-if-cancelled';

/** One run of a chain: where it stands, and what each step gave. */
export class ChainRun extends CallingRun<ChainResult> {
  protected readonly book = new PatternBook('chain');
  private plan: ChainPlan | undefined;
  private state: ChainState | undefined;
  private readonly results: ChainResult['chainResults'] = [];
  /** What templates see, as it travels to the next call. */
  private context: ChainContext = { fresh: {} };

  constructor(
    private readonly given: GivenInput<'chain'>,
    private readonly inherited?: InheritedContext,
  ) {
    super();
  }

  async execute(): Promise<ChainResult> {
    const plan = await system.prepareChain(this.given, this.inherited);
    const { steps, initialInput } = plan;
    this.plan = plan;
    this.caller = new ModelCaller(plan, this.inherited, this.book);
    this.context = { fresh: { [INITIAL_INPUT]: initialInput } };
    steps.forEach(({ name }) => this.book.expect(name));
    let state = firstChainState(steps, initialInput);
    for (;;) {
      this.state = state;
      const move = nextChainMove(steps, state);
      if (move.kind === 'end') return this.result(plan, state);
      throwIfCancelled();
      try {
        state = await this.make(move, state, plan);
      } catch (error) {
        // What is there already is the best so far.
        if (this.book.overBudget === undefined || this.results.length === 0) throw error;
        return this.result(plan, state);
      }
    }
  }

  /** Null before the input was checked. */
  resultSoFar(): ChainResult | null {
    return this.plan && this.state ? this.result(this.plan, this.state) : null;
  }

  protected override whyNotAsked(status: RunStatus): string {
    const stopped = this.state?.stoppedAt;
    return stopped === undefined ? super.whyNotAsked(status) : `the gate of "${stopped}" stopped the chain`;
  }

  private async make(
    move: Exclude<ChainMove<PlannedChainStep>, { kind: 'end' }>,
    state: ChainState,
    plan: ChainPlan,
  ): Promise<ChainState> {
    const { steps } = plan;
    const { step } = move;
    switch (move.kind) {
      case 'condition': {
        const holds = await this.decide(`${step.ask.field}.condition`, move.expression, step.conditionNames, state);
        if (!holds) this.book.end(step.name, 'skipped', { reason: 'its condition does not hold' });
        return afterCondition(steps, state, holds);
      }
      case 'call':
        return afterCall(steps, state, await this.ask(step, move.run, plan));
      case 'gate': {
        const holds = await this.decide(`${step.ask.field}.gate.condition`, move.expression, step.gateNames, state);
        const next = afterGate(steps, state, holds);
        const returns = next.returns[step.name] ?? 0;
        if (returns > (state.returns[step.name] ?? 0)) {
          const target = steps[next.index]?.name ?? '';
          this.book.note(step.name, `its gate went back to "${target}" (${returns} times so far)`);
        }
        return next;
      }
    }
  }

  /** One run of a step. @throws CadenzaError the step's own failure, naming the step */
  private async ask({ name, ask }: PlannedChainStep, run: number, { pins, inlineLimit }: ChainPlan) {
    const caller = this.caller as ModelCaller;
    const path = run === 0 ? name : `${name}[${run}]`;
    const startedAt = Date.now();
    this.book.start(name, [ask.model]);
    const onWait = (note: string | undefined) => this.book.waits(name, note);
    const { askChainStep } = modelCalls({
      summary: `${path}: ${ask.model}`,
      taskQueue: caller.queueOf(ask.model),
      onWait,
    });
    let outcome: ChainCallOutcome;
    try {
      const step = caller.stepPrefix + path;
      const call = { run: caller.run, step, pins, ask, context: this.context, inlineLimit };
      outcome = await caller.gate.past(() => askChainStep(call), onWait);
    } catch (error) {
      const info = await caller.failed(name, path, error);
      throwIfCancelled();
      this.book.end(name, 'failed', { error: info });
      const named = info.message.includes(`step "${name}"`) ? info.message : `step "${name}": ${info.message}`;
      throw new CadenzaError(info.type, named, { field: info.field });
    }
    const { value, raw, prompt, stored, usage, attempts, answeredBy, passedOver } = outcome;
    this.book.spend(name, usage, attempts);
    if (answeredBy !== undefined) this.book.answeredBy(name, answeredBy, passedOver ?? []);
    this.book.end(name, 'completed');
    this.context = stored
      ? { stored, fresh: { [name]: value } }
      : { ...this.context, fresh: { ...this.context.fresh, [name]: value } };
    this.results.push({
      step: name,
      ...(run === 0 ? {} : { run }),
      prompt,
      response: value,
      ...(raw === undefined ? {} : { raw }),
      model: answeredBy ?? ask.model,
      durationSeconds: (Date.now() - startedAt) / 1000,
      usage: showCounts(totalOf(usage)),
    });
    return value;
  }

  /** Whether an expression over the values so far holds, decided in an activity. @throws CadenzaError `ExpressionFailed` */
  private async decide(field: string, expression: string, names: string[], state: ChainState): Promise<boolean> {
    const scope: JsonObject = chainContext(state);
    const tenant = this.plan?.tenant ?? '';
    const [verdict] = await decideConditions([{ condition: expression, conditionNames: names }], scope, tenant);
    if (verdict && 'holds' in verdict) return verdict.holds;
    const { type = 'ExpressionFailed', message = 'gave no value' } = verdict?.failed ?? {};
    throw new CadenzaError(type, `${field}: ${message.replace(/^condition: /, '')}`, { field });
  }

  private result({ steps }: ChainPlan, state: ChainState): ChainResult {
    const move = nextChainMove(steps, { ...state, phase: 'end' });
    return {
      finalOutput: move.kind === 'end' ? move.finalOutput : null,
      chainResults: this.results,
      context: chainContext(state),
      ...(state.stoppedAt === undefined ? {} : { stoppedAt: state.stoppedAt }),
      ...this.ending(),
    };
  }
}
