import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import { INLINE_LIMIT_BYTES } from '../contracts/limits';
import { EXPAND_THOUGHT_WORKFLOW } from '../contracts/names';
import type { Step } from '../contracts/pipeline.schema';
import type {
  CheckOutcome,
  ExpandRequest,
  ThoughtsOutcome,
  TreeAnswer,
  TreeCall,
  TreeModelRole,
  TreeOutcomes,
  TreePlan,
  TreeQuestion,
  TreeText,
} from '../contracts/tree-call';
import { modelCalls, runHandler } from './activity-proxies';
import type { ModelCaller } from './model-caller';
import type { PatternBook } from './pattern-book';

/** Requests of one activity, about as many: each of them is journalled, and few activities are less work than many. */
const REQUESTS_AT_ONCE = 30;

type Goal = Extract<TreePlan['input']['isGoal'], { handler: string }>;

/** Asks the models of a tree about its nodes, and books what that uses under the model's role. */
export class TreeCalls {
  constructor(
    private readonly plan: TreePlan,
    private readonly caller: ModelCaller,
    private readonly book: PatternBook,
  ) {}

  /** The thoughts of each node, by a child workflow of its own. */
  async expand(about: readonly TreeText[]): Promise<ThoughtsOutcome[]> {
    return this.counted('generate', about, async (text) => {
      const path = `expand[${text.node}]`;
      const model = this.plan.models.generate ?? '';
      const taskQueue = this.queueOf('generate');
      const call = this.call('generate', path, [text]);
      const request: ExpandRequest = { call, model, ...(taskQueue === undefined ? {} : { taskQueue }) };
      const child = () =>
        executeChild<(request: ExpandRequest) => Promise<TreeAnswer<'generate'>>>(EXPAND_THOUGHT_WORKFLOW, {
          args: [request],
          workflowId: `${workflowInfo().workflowId}/${path}`,
          parentClosePolicy: 'REQUEST_CANCEL',
          staticSummary: `${path}: ${model}`,
        });
      return this.booked('generate', path, [text], child);
    });
  }

  /** One question about nodes that are independent of each other: side by side, some of them in one activity. */
  async ask<Q extends Exclude<TreeQuestion, 'generate' | 'vote'>>(
    question: Q,
    about: readonly TreeText[],
    answers = false,
  ): Promise<TreeOutcomes[Q][]> {
    const samples = question === 'rate' ? this.plan.input.evaluate.samples : 1;
    // Where models are asked in turns, each activity has one.
    const size = this.queueOf(ROLES[question]) === undefined ? groupSize(about.length, samples) : 1;
    const groups = Array.from({ length: Math.ceil(about.length / size) }, (_, index) =>
      about.slice(index * size, (index + 1) * size),
    );
    return this.counted(ROLES[question], groups, (group) => this.askOne(question, group, answers));
  }

  /** Nodes that are compared with each other, in one prompt. */
  vote(about: readonly TreeText[], answers: boolean): Promise<TreeOutcomes['vote'][]> {
    return this.counted('evaluate', [about], (group) => this.askOne('vote', group, answers));
  }

  /** Asks a registered function whether nodes are goals, each in an activity under the function's name. */
  checkByHandler(
    about: readonly TreeText[],
    { handler, config = {} }: Goal,
    thoughtOf: (node: number) => JsonValue,
  ): Promise<CheckOutcome[]> {
    const { pins, input } = this.plan;
    return this.counted('goal', about, async ({ node, path, state }): Promise<CheckOutcome[]> => {
      const name = `check[${node}]`;
      const { run, stepPrefix } = this.caller;
      const inputs = { problem: input.problem, thought: thoughtOf(node), path, state };
      this.book.start('goal');
      try {
        const given = { run, step: stepPrefix + name, inputs, config, pins, inlineLimit: INLINE_LIMIT_BYTES };
        const { output, usage, attempts } = await this.caller.gate.past(
          () => runHandler({ name, handler, config } as Step, given),
          (note) => this.book.waits('goal', note),
        );
        this.book.spend('goal', usage, attempts);
        if (typeof output === 'boolean') return [{ node, goal: output }];
        return [{ node, failure: noBoolean(handler, output) }];
      } catch (error) {
        return [{ node, failure: await this.caller.failed('goal', name, error) }];
      }
    });
  }

  private queueOf(role: TreeModelRole): string | undefined {
    const model = this.plan.models[role];
    return model === undefined ? undefined : this.caller.queueOf(model);
  }

  private askOne<Q extends TreeQuestion>(
    question: Q,
    about: readonly TreeText[],
    answers: boolean,
  ): Promise<TreeOutcomes[Q][]> {
    const role = ROLES[question];
    const first = about[0]?.node ?? 0;
    const last = about.at(-1)?.node ?? first;
    const path = `${question}[${first === last ? first : `${first}-${last}`}]`;
    const model = this.plan.models[role];
    const summary = model === undefined ? path : `${path}: ${model}`;
    const call = { ...this.call(question, path, about), ...(answers ? { answers } : {}) };
    return this.booked(role, path, about, () => {
      const taskQueue = this.queueOf(role);
      return modelCalls({ summary, taskQueue, onWait: (note) => this.book.waits(role, note) }).callTree(call);
    });
  }

  private call<Q extends TreeQuestion>(question: Q, path: string, about: readonly TreeText[]): TreeCall<Q> {
    const { run, stepPrefix } = this.caller;
    return { run, step: stepPrefix + path, setup: this.plan.setup, question, about: [...about] };
  }

  /** What an ask comes to; where it ends without an outcome, that is the failure of each of its nodes. */
  private async booked<Q extends TreeQuestion>(
    role: TreeModelRole,
    path: string,
    about: readonly TreeText[],
    ask: () => Promise<TreeAnswer<Q>>,
  ): Promise<TreeOutcomes[Q][]> {
    const model = this.plan.models[role];
    this.book.start(role, model === undefined ? [] : [model]);
    try {
      const { outcomes, usage, attempts } = await this.caller.gate.past(ask, (note) => this.book.waits(role, note));
      this.book.spend(role, usage, attempts);
      return outcomes;
    } catch (error) {
      const failure = await this.caller.failed(role, path, error);
      return about.map(({ node }) => ({ node, failure }));
    }
  }

  /** Asks side by side, and shows how many have answered. */
  private async counted<T, O>(role: TreeModelRole, parts: readonly T[], ask: (part: T) => Promise<O[]>): Promise<O[]> {
    let done = 0;
    this.book.expect(role);
    const asked = parts.map(async (part) => {
      const outcomes = await ask(part);
      done += 1;
      if (parts.length > 1) this.book.note(role, `${done} of ${parts.length}`);
      return outcomes;
    });
    return (await Promise.all(asked)).flat();
  }
}

/** The part of the book that a question belongs to. */
const ROLES: Record<TreeQuestion, TreeModelRole> = {
  generate: 'generate',
  rate: 'evaluate',
  vote: 'evaluate',
  check: 'goal',
  answer: 'answer',
};

/** Nodes of one activity: one where they are few, more where that leaves many requests to an activity anyway. */
function groupSize(nodes: number, samples: number): number {
  const most = Math.max(1, Math.floor(REQUESTS_AT_ONCE / samples));
  return Math.min(most, Math.max(1, Math.ceil(nodes / ACTIVITIES_AT_ONCE)));
}

/** Side by side up to here, an activity is about one node. */
const ACTIVITIES_AT_ONCE = 4;

function noBoolean(handler: string, output: unknown): FailureInfo {
  const got = output === null ? 'null' : typeof output;
  return { type: 'HandlerFailed', message: `isGoal: handler "${handler}" must give true or false, and gave ${got}` };
}
