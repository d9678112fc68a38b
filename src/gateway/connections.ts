import type { ClientOptions } from 'openai';

type FetchOptions = NonNullable<ClientOptions['fetchOptions']>;

/** The connections of one gateway: kept open between calls, closed with it. */
export type Connections = { fetchOptions: FetchOptions; close(): Promise<void> };

type Agent = { close(): Promise<void>; destroy(): Promise<void> };
type AgentConstructor = new (options: { headersTimeout: number; bodyTimeout: number }) => Agent;

/** Where Node keeps the dispatcher of its own `fetch`. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/**
 * Connections without Node's limit of 300 seconds to the first byte: a slow model may take longer, and the call has a
 * deadline of its own. Where Node does not show its dispatcher, the global connections serve (with that limit).
 */
export function createConnections(): Connections {
  // Touching fetch's classes makes Node set its dispatcher.
  void new Headers();
  const dispatcher = (globalThis as Record<symbol, unknown>)[GLOBAL_DISPATCHER];
  const Constructor = dispatcher?.constructor as AgentConstructor | undefined;
  if (Constructor?.name !== 'Agent') return { fetchOptions: {}, close: () => Promise.resolve() };
  const agent = new Constructor({ headersTimeout: 0, bodyTimeout: 0 });
  return { fetchOptions: { dispatcher: agent } as unknown as FetchOptions, close: () => agent.destroy() };
}
