import type { FailureInfo } from '../contracts/failures';
import type { Pattern } from '../contracts/names';
import type { RunProgress, RunStatus, StepStatus } from '../contracts/run';
import type { SearchFacts } from '../contracts/search-attributes';
import type { PassedOver } from '../contracts/step-activity';
import type { CallUsage, Usage } from '../contracts/usage';
import { isoTime } from '../core/iso-time';
import type { StepState } from '../core/pipeline-state';
import { stepProgress } from '../core/pipeline-state';
import { addUsage, showUsage } from '../core/usage';
import { keepCurrentDetails } from './current-details';
import { leaveOutcome, markStarted } from './search';

type Page = StepState & { note?: string };

/** What a run that continues as new hands on of its book. */
export type BookState = { startedAt: number; pages: Page[] };

/** What a run of model calls has done so far, by part: what progress, usage, details and memo are made from. */
export class PatternBook {
  private readonly pages: Map<string, Page>;
  private readonly startedAt: number;
  private status: RunStatus = 'running';
  /** The first call that no budget had room for, in words. */
  overBudget: string | undefined;
  /** The first one that a budget further up had no room for, whose run is to ask. */
  askedAbove: FailureInfo | undefined;
  private isPaused = false;
  private facts: SearchFacts | undefined;

  /** `more` is what the progress of its pattern shows beside the parts. */
  constructor(
    private readonly pattern: Pattern,
    earlier?: BookState,
    private readonly more: () => Pick<RunProgress, 'tree' | 'votes'> = () => ({}),
  ) {
    this.pages = new Map(earlier?.pages.map((page) => [page.name, page]));
    this.startedAt = earlier?.startedAt ?? Date.now();
  }

  /** What the run can be found by, from its plan. */
  open(facts: SearchFacts | undefined): void {
    this.facts = facts;
    markStarted(this.pattern, facts);
  }

  state(): BookState {
    return { startedAt: this.startedAt, pages: [...this.pages.values()] };
  }

  /** A part of the run that is to come; `runs` says what does it, where that is no model. */
  expect(name: string, runs = 'model'): void {
    if (this.pages.has(name)) return;
    this.pages.set(name, {
      name,
      runs,
      onFailure: 'continue',
      status: 'pending',
      attempts: 0,
      models: [],
      usage: { byModel: {} },
    });
  }

  start(name: string, models: readonly string[] = []): void {
    this.expect(name);
    const page = this.page(name);
    const isNew = page.status !== 'running';
    page.startedAt ??= Date.now();
    Object.assign(page, { status: 'running', models: [...new Set([...page.models, ...models])] });
    // The samples of one member start together: one change for people.
    if (isNew) this.showDetails();
  }

  /** What one call of a part has used. */
  spend(name: string, usage: CallUsage, attempts = 1): void {
    const page = this.page(name);
    page.usage = addUsage(page.usage, usage);
    page.attempts = Math.max(page.attempts, attempts);
  }

  end(name: string, status: StepStatus, more: { error?: FailureInfo; reason?: string; note?: string } = {}): void {
    Object.assign(this.page(name), { status, endedAt: Date.now(), ...more });
    this.showDetails();
  }

  /** Somebody else answered than who was asked. */
  answeredBy(name: string, model: string, passedOver: readonly PassedOver[]): void {
    const page = this.page(name);
    page.models = [...new Set([...page.models, model])];
    page.passedOver = [...(page.passedOver ?? []), ...passedOver];
  }

  note(name: string, note: string): void {
    this.page(name).note = note;
    this.showDetails();
  }

  /** What a part of the run waits for, or with undefined that it goes on. */
  waits(name: string, note: string | undefined): void {
    this.page(name).waits = note;
    this.showDetails();
  }

  /** Whether the run waits for a person. */
  pause(isPaused: boolean): void {
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    this.leaveMemo();
    this.showDetails();
  }

  /** Nothing more happens: what waits was not needed, what runs was cut off. */
  close(reason: string): void {
    for (const page of this.pages.values()) {
      if (page.status === 'pending' || page.status === 'running') {
        Object.assign(page, { status: 'skipped', endedAt: Date.now(), reason });
      }
    }
  }

  /** What cut the run short, where a cancel or a budget did. */
  cutShort(status: RunStatus): string | undefined {
    if (status === 'cancelled') return 'the run was cancelled';
    return this.overBudget === undefined ? undefined : `the budget is used up: ${this.overBudget}`;
  }

  usage(): Usage {
    return showUsage(Object.fromEntries([...this.pages.values()].map(({ name, usage }) => [name, usage])));
  }

  progress(): RunProgress {
    return {
      pattern: this.pattern,
      status: this.isPaused && this.status === 'running' ? 'paused' : this.status,
      startedAt: isoTime(this.startedAt),
      steps: [...this.pages.values()].map((page) => ({
        ...stepProgress(page),
        ...(page.note === undefined || page.waits !== undefined ? {} : { note: page.note }),
      })),
      usage: this.usage(),
      ...this.more(),
    };
  }

  /** Leaves in the memo what `list` and `status` show without asking the run itself. */
  finish(status: RunStatus): void {
    this.status = status;
    this.leaveMemo();
    this.showDetails();
  }

  private leaveMemo(): void {
    leaveOutcome(this.progress(), this.facts);
  }

  private readonly showDetails = keepCurrentDetails(() => this.progress());

  private page(name: string): Page {
    return this.pages.get(name) as Page;
  }
}
