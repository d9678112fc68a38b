import type { WindowBudgets } from '../budgets/window-budgets';
import type { Evaluator } from '../evaluator/evaluator';
import type { Gateway } from '../gateway/gateway';
import type { Handlers } from '../handlers/handler';
import type { BudgetLedger } from '../store/budget-ledger';
import type { ContentStore } from '../store/content-store';
import type { Journal } from '../store/journal';
import type { ResponseCache } from '../store/response-cache';
import type { WebhookSender } from '../webhooks/webhook-sender';
import type { Definition } from '../contracts/pipeline.schema';
import type { CallObserver } from '../contracts/observed-run';

/** What the composition root gives the activities: everything behind an interface. */
export type ActivityDependencies = {
  namespace: string;
  gateway: Gateway;
  evaluator: Evaluator;
  store: ContentStore;
  journal: Journal;
  cache: ResponseCache;
  budgets: BudgetLedger;
  /** Where the operator has set some. */
  windowBudgets?: WindowBudgets | undefined;
  /** Search attributes: whether the namespace has them (never rejects), and whether labels may be read there. */
  search: { isReady(): Promise<boolean>; showsLabels: boolean };
  handlers: Handlers;
  webhooks: WebhookSender;
  /** Where metrics or traces are on. */
  observer?: CallObserver | undefined;
  /** The definitions that ship with the product, by name, with the hash that is their version. */
  definitions: ReadonlyMap<string, { definition: Definition; version: string }>;
  versionOf(definition: Definition): string;
};
