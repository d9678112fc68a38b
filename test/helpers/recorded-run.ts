import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeArrayFromPayloads, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { temporal } from '@temporalio/proto';
import { tsToMs } from '@temporalio/common/lib/time';
import type { RunRecord } from '../../src/client';
import { collectSpans } from '../../src/client/record/collect-spans';
import type { Envelope } from '../../src/contracts/envelope.schema';
import type { JsonValue } from '../../src/contracts/json';
import type { Pattern } from '../../src/contracts/names';

const { History } = temporal.api.history.v1;
const folder = path.join(__dirname, '..', 'replay', 'histories');

/** A recorded run of each pattern. */
export const RECORDED: Record<Pattern, string> = {
  pipeline: 'pipeline-document-analysis.json',
  routeToModel: 'routeToModel-rules-and-fallback.json',
  ensemble: 'ensemble-found.json',
  cascade: 'cascade-found.json',
  chain: 'chain-found.json',
  treeOfThought: 'treeOfThought-found.json',
  eventRouter: 'eventRouter-found.json',
  batch: 'batch-found.json.gz',
};

/** What a report knows of a run that `npm run history:record` recorded, with no Worker to ask and no store. */
export async function recordedRun(file: string): Promise<RunRecord> {
  const bytes = readFileSync(path.join(folder, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  // As it would have come over the wire, with its numbers and times.
  const { events } = History.decode(History.encode(historyFromJSON(JSON.parse(text))).finish());
  const [first, last] = [events?.[0], events?.at(-1)];
  const started = first?.workflowExecutionStartedEventAttributes;
  const ended = last?.workflowExecutionCompletedEventAttributes;
  if (!first || !last || !started) throw new Error(`${file} is no history`);
  const converter = loadDataConverter();
  const [input = null] = (await decodeArrayFromPayloads(converter, started.input?.payloads)) as JsonValue[];
  const [result] = (await decodeArrayFromPayloads(converter, ended?.result?.payloads)) as JsonValue[];
  const [workflowId, runId, pattern] = [file, 'recorded', started.workflowType?.name] as [
    string,
    string,
    Envelope['pattern'],
  ];
  const envelope = { workflowId, runId, pattern, status: ended ? 'completed' : 'cancelled' } as Envelope;
  return {
    envelope: result === undefined ? envelope : { ...envelope, result },
    runId,
    input,
    tenant: '_',
    startedAt: tsToMs(first.eventTime),
    endedAt: tsToMs(last.eventTime),
    spans: await collectSpans(events ?? [], converter, ''),
    history: { events: events?.length ?? 0, runs: 1, complete: true },
  };
}
