import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope, RunHandle } from '../client';
import { isServerTrouble } from '../client/server-trouble';
import { TASK_QUEUE } from '../contracts/names';
import { failureInfo } from './failure-info';
import { untilAborted } from './interrupt';
import type { RunView } from './run-board';
import type { Session } from './session';
import type { Terminal } from './terminal';
import { unservedSentence } from './unserved-sentence';

const POLL_MS = 350;
/** A step that takes longer may be waiting for its next attempt; the server is asked then. */
const RETRY_LOOK_MS = 1_500;
const TEND_MS = 4_000;
const NO_WORKER_AFTER_MS = 10_000;

/**
 * Waits for the end of a run and tells how it goes on the way. A server that is away for a while is waited for.
 * Undefined where the signal came first: the run goes on.
 */
export async function followRun(
  handle: RunHandle,
  { signal, onView }: { signal: AbortSignal; onView?: (view: RunView) => void },
): Promise<Envelope | undefined> {
  const ended = new AbortController();
  const outcome = endOf(handle, signal).finally(() => ended.abort());
  outcome.catch(() => undefined);
  const looking = onView ? look(handle, AbortSignal.any([signal, ended.signal]), onView) : undefined;
  const envelope = await Promise.race([outcome, untilAborted(signal).then(() => undefined)]);
  if (envelope) await Promise.race([looking, sleep(1_000)]);
  return envelope;
}

/**
 * Looks after what the runs of a command need, until the returned function is called: the embedded server and Worker
 * are started again when they die; of a cluster where nothing asks for work, or not for the calls of the run, the person
 * is told.
 */
export function tendWhileWaiting(session: Session, terminal: Terminal, run?: RunHandle): () => void {
  const startedAt = Date.now();
  let busy = false;
  let told = false;
  const tellOnce = (sentence: string) => {
    if (!told) terminal.say(sentence);
    told = true;
  };
  const check = async () => {
    await session.tend();
    if (session.kind === 'embedded' || Date.now() - startedAt < NO_WORKER_AFTER_MS) return;
    if (told) return;
    if (await session.cadenza.hasWorker()) {
      for (const queue of (await run?.unserved()) ?? []) tellOnce(unservedSentence(queue));
      return;
    }
    tellOnce(
      `No worker asks for work of the task queue "${TASK_QUEUE}" at ${session.address} (namespace ${session.cadenza.namespace}): start one there with \`npx cadenza worker\`. Waiting for it.`,
    );
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    check()
      .catch((error: unknown) => tellOnce(`${failureInfo(error).message}. Waiting.`))
      .finally(() => (busy = false));
  }, TEND_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function endOf(handle: RunHandle, signal: AbortSignal): Promise<Envelope> {
  for (;;) {
    try {
      return await handle.outcome();
    } catch (error) {
      if (signal.aborted || !isServerTrouble(error)) throw error;
      await sleep(500, undefined, { ref: true });
    }
  }
}

async function look(handle: RunHandle, signal: AbortSignal, onView: (view: RunView) => void): Promise<void> {
  let retrying: RunView['retrying'];
  let lookedAt = Date.now();
  for (;;) {
    const last = signal.aborted;
    const progress = await handle.progress().catch(() => undefined);
    if (Date.now() - lookedAt > RETRY_LOOK_MS) {
      retrying = await handle.retrying().catch(() => undefined);
      lookedAt = Date.now();
    }
    if (progress) onView({ progress, retrying });
    // Once more after the end: the last steps ended since the look before.
    if (last) return;
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
