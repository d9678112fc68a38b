import type { Accept } from '../contracts/cascade.schema';
import type { FailureInfo } from '../contracts/failures';
import type { JsonValue } from '../contracts/json';
import type { CallInput, ModelCallOutcome } from '../contracts/model-call';
import type { ModelTask } from '../contracts/names';
import type { StoredPins } from '../contracts/step-activity';
import type { StageFacts } from '../core/cascade/accept-stage';
import { leadingShare, verifiedShare } from '../core/cascade/verdict-share';
import { leadingSample } from '../core/cascade/leading-sample';
import { plainAnswer } from '../core/votes/counted-output';
import type { Called, ModelCaller, PartCall } from './model-caller';
import type { PatternBook } from './pattern-book';

/** What the calls of a cascade's stages have in common. */
export type StageCalls = {
  caller: ModelCaller;
  book: PatternBook;
  task: ModelTask;
  pins: StoredPins;
  inlineLimit: number;
  stageName(index: number): string;
};

export type AskedStage =
  | { ok: true; output: JsonValue; facts: StageFacts; problem?: string; answeredBy?: string }
  | { ok: false; error: FailureInfo };

type Stage = { model: string; accept?: Accept | undefined; input: CallInput };

/** A stage's answer with what its rule has to know; several samples or a verifier's verdicts are asked for side by side. */
export async function askStage(index: number, stage: Stage, calls: StageCalls): Promise<AskedStage> {
  const { model, accept, input } = stage;
  const { caller, task, inlineLimit, stageName } = calls;
  const part = stageName(index);
  const call = { part, path: part, model, task, input, settings: {}, inlineLimit };
  if (accept && 'selfConsistency' in accept) return askSamples(call, accept.selfConsistency, caller);
  const check = accept && ('schema' in accept || 'when' in accept) ? { check: accept } : {};
  const called = await caller.ask({ ...call, ...check });
  if (!called.ok) return called;
  const { result, score, passes, problem, answeredBy } = called.outcome;
  const told = {
    ...(problem === undefined ? {} : { problem }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
  };
  if (!accept || !('verifier' in accept)) {
    return { ok: true, output: result, facts: { score, fits: passes, holds: passes }, ...told };
  }
  return { ...(await verified(result, call, accept.verifier, caller)), ...told };
}

async function askSamples(
  call: PartCall,
  { samples, temperature, extract, normalise }: Extract<Accept, { selfConsistency: unknown }>['selfConsistency'],
  caller: ModelCaller,
): Promise<AskedStage> {
  const asked = await Promise.all(
    indexes(samples).map((sample) =>
      caller.ask({
        ...call,
        path: `${call.path}[${sample}]`,
        sample,
        settings: { temperature, seed: sample },
        read: { extract, normalise },
      }),
    ),
  );
  const keys = asked.map(keyOf);
  const leader = asked[leadingSample(keys) ?? asked.findIndex(({ ok }) => ok)];
  const failed = asked.find((one): one is Extract<Called, { ok: false }> => !one.ok);
  if (!leader?.ok) return failed ?? { ok: false, error: { type: 'Internal', message: 'no sample came back' } };
  const output = (leader.outcome as ModelCallOutcome).result;
  return { ok: true, output, facts: { selfConsistency: leadingShare(keys) }, ...problemOf(asked, 'a sample') };
}

async function verified(
  output: JsonValue,
  call: PartCall,
  { model, samples, temperature, instructions }: Extract<Accept, { verifier: unknown }>['verifier'],
  caller: ModelCaller,
): Promise<AskedStage> {
  const answers = [plainAnswer(output) ?? output];
  const asked = await Promise.all(
    indexes(samples).map((sample) =>
      caller.ask({
        ...call,
        model,
        path: `${call.path}.verify[${sample}]`,
        sample,
        settings: { temperature, seed: sample },
        question: { kind: 'verify', answers, instructions },
      }),
    ),
  );
  const share = verifiedShare(asked.map((one) => (one.ok ? one.outcome.says?.right : undefined)));
  return { ok: true, output, facts: { verified: share }, ...problemOf(asked, 'a verdict') };
}

function keyOf(called: Called): string | undefined {
  const counted = called.ok ? called.outcome.counted : undefined;
  return counted?.status === 'valid' ? counted.key : undefined;
}

/** What kept some of the calls from counting, by the type of the first failure. */
function problemOf(asked: readonly Called[], what: string): { problem?: string } {
  const failed = asked.flatMap((one) => (one.ok ? [] : [one.error.type]));
  return failed.length === 0 ? {} : { problem: `${failed.length} of ${asked.length} failed, ${what}: ${failed[0]}` };
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
