import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { DeadLetter, DeadLetterChoice, DeadLetterList } from '../contracts/event-messages';
import type { GivenSubscription } from '../contracts/event-router.schema';
import { CadenzaError } from '../contracts/failures';
import { ROUTER_MESSAGES } from '../contracts/names';
import { shown } from '../contracts/nearest-name';
import type { ContentStore } from '../store/content-store';
import { refusalOf, UPDATE_SECONDS } from './refusal-of';

/** What can be asked of a router besides what every run answers. */
export type RouterHandle = {
  /** Adds a subscription and gives its name. @throws CadenzaError `InvalidInput`, `UnknownHandler`, `UnknownModel` */
  subscribe(subscription: GivenSubscription): Promise<string>;
  /** @throws CadenzaError `InvalidInput` with the nearest name */
  unsubscribe(name: string): Promise<void>;
  /** The events that nobody took, or that failed for good, the oldest first. */
  deadLetters(): Promise<DeadLetter[]>;
  /** Lets dead letters be handled again; gives how many. @throws CadenzaError `InvalidInput` for an unknown id */
  retryDeadLetters(choice: DeadLetterChoice): Promise<number>;
  /** Forgets dead letters; gives how many. */
  dropDeadLetters(choice: DeadLetterChoice): Promise<number>;
};

/** A handle without asking the server whether the router is there; every method is refused with `RunNotFound` if not. */
export function createRouterHandle(client: Client, store: ContentStore, workflowId: string): RouterHandle {
  const handle = client.workflow.getHandle(workflowId);
  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + UPDATE_SECONDS * 1000, work).catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw refusalOf(error);
      throw new CadenzaError('RunNotFound', `no router with the id "${shown(workflowId)}" goes on`, {
        field: 'router',
      });
    });
  const update = <R, A>(name: string, argument: A) =>
    ask(() => handle.executeUpdate<R, [A]>(name, { args: [argument] }));

  return {
    subscribe: (subscription) => update<string, unknown>(ROUTER_MESSAGES.subscribe, subscription),
    unsubscribe: (name) => update<void, string>(ROUTER_MESSAGES.unsubscribe, name),
    async deadLetters() {
      const list = await ask(() => handle.query<DeadLetterList>(ROUTER_MESSAGES.deadLetters));
      const scope = { namespace: client.options.namespace, tenant: list.tenant };
      const stored = list.chunks.map(async ({ ref }) => {
        return JSON.parse(Buffer.from(await store.get(scope, ref)).toString('utf8')) as DeadLetter[];
      });
      return [...(await Promise.all(stored)).flat(), ...list.letters];
    },
    retryDeadLetters: (choice) => update<number, DeadLetterChoice>(ROUTER_MESSAGES.retryDeadLetters, choice),
    dropDeadLetters: (choice) => update<number, DeadLetterChoice>(ROUTER_MESSAGES.dropDeadLetters, choice),
  };
}
