import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';

const { callModel } = proxyActivities<typeof activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 3 },
});

/** What one would write by hand: n calls, one after the other, each given the answer before it. */
export async function handWritten(prompt: string, calls: number): Promise<string> {
  let text = prompt;
  for (let call = 0; call < calls; call += 1) text = await callModel(text);
  return text;
}

/** What one would write by hand for a growing transcript: all of it with each call. */
export async function handWrittenTranscript(transcript: string, calls: number): Promise<string> {
  let text = transcript;
  for (let call = 0; call < calls; call += 1) text += await callModel(text);
  return text;
}
