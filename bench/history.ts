import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { connectCadenza } from '../src/client';
import { readEnvironment } from '../src/config/environment';
import type { Measure } from './measures';
import type { Stage } from './stage';
import { openStage } from './stage';

const CALLS = 100;
/** Four characters are taken for a token: the transcript grows from 100,000 tokens to 200,000. */
const TRANSCRIPT_CHARACTERS = 400_000;
const ANSWER_CHARACTERS = 4_000;
const MOST_BYTES = 5_000_000;

/** A run by hand that takes longer is cut off: its history is then what it has come to. */
const TIMEOUT = '5 minutes';

type Ended = { bytes: number; events: number; status: string };

/** The last prompt holds all that went before, or nothing was measured. */
const LAST_PROMPT_BYTES = TRANSCRIPT_CHARACTERS + (CALLS - 1) * ANSWER_CHARACTERS;

/** Bytes of history of 100 calls, each with the whole transcript so far: as a chain, and by hand in plain activities. */
export async function history(): Promise<Measure[]> {
  const stage = await openStage({ delayMs: 0, slots: 10, answerCharacters: ANSWER_CHARACTERS });
  try {
    const transcript = 'one line of a long transcript\n'
      .repeat(TRANSCRIPT_CHARACTERS / 30 + 1)
      .slice(0, TRANSCRIPT_CHARACTERS);
    const chain = await runChain(stage, transcript);
    const plain = await runByHand(stage, transcript);
    return [
      {
        name: `${CALLS} calls, 100,000 to 200,000 tokens`,
        cadenza: chain.bytes / 1_000,
        handWritten: plain.bytes / 1_000,
        unit: 'kB',
        ratio: chain.bytes / plain.bytes,
        limit: `completed, under ${MOST_BYTES / 1_000} kB of history in all`,
        holds: chain.status === 'COMPLETED' && chain.bytes < MOST_BYTES,
        note: `cadenza ${chain.status} with ${chain.events} events, hand-written ${plain.status} with ${plain.events}`,
      },
    ];
  } finally {
    await stage.close();
  }
}

async function runChain({ client, variables }: Stage, transcript: string): Promise<Ended> {
  const cadenza = await connectCadenza({ environment: readEnvironment(variables) });
  const names = Array.from({ length: CALLS }, (_, index) => `call${index}`);
  const steps = names.map((name, index) => ({
    name,
    promptTemplate: ['initial_input', ...names.slice(0, index)].map((earlier) => `{${earlier}}`).join(''),
  }));
  try {
    const run = await cadenza.start('chain', { initialPrompt: transcript, steps });
    const { chainResults } = await run.result();
    const { bytes } = (chainResults.at(-1)?.prompt ?? {}) as { bytes?: number };
    // Answers are parsed as text, without the space that some of them end in.
    if (Math.abs((bytes ?? 0) - LAST_PROMPT_BYTES) > CALLS) throw new Error(`the last prompt has ${bytes} bytes`);
    return await ended(client.workflow.getHandle(run.workflowId));
  } finally {
    await cadenza.close();
  }
}

async function runByHand({ client }: Stage, transcript: string): Promise<Ended> {
  const handle = await client.workflow.start('handWrittenTranscript', {
    taskQueue: 'hand-written',
    workflowId: `hand-written-${randomUUID()}`,
    args: [transcript, CALLS],
    workflowExecutionTimeout: TIMEOUT,
  });
  // That it does not end well is what is measured.
  await handle.result().catch(() => undefined);
  return ended(handle);
}

async function ended(handle: Pick<WorkflowHandle, 'describe'>): Promise<Ended> {
  const { status, historyLength, raw } = await handle.describe();
  return {
    bytes: Number(raw.workflowExecutionInfo?.historySizeBytes),
    events: historyLength,
    status: status.name,
  };
}
