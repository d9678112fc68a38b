import type { Span } from '../../client';
import { counted, shownMoney } from '../../core/shown-numbers';
import type { Note, ReportModel } from './report-model';
import { retryNotes } from './retries';

/** What was retried, journalled, cached, answered by others, stopped early, saved, cut short: each once, with numbers. */
export function notesOf(model: Omit<ReportModel, 'sentence' | 'notes'>, spans: readonly Span[]): Note[] {
  const kinds = [waitingNotes, shortNotes, () => retryNotes(spans), fallbackNotes, reuseNotes, savedNotes, stepNotes];
  return [...kinds, knownNotes].flatMap((notes) => {
    try {
      return notes(model);
    } catch {
      // Of what is not told in the shape that it should have, the part of the page that it is for says so.
      return [];
    }
  });
}

/** What a person has to decide before the run goes on, with the command for it. */
function waitingNotes({ steps, status, workflowId }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  if (status !== 'running' && status !== 'paused') return [];
  return steps
    .filter(({ handler, status: state, note }) => handler === 'approval' && state === 'running' && note !== undefined)
    .map(({ name, note }) => ({
      kind: 'info',
      text: `${name} ${note}. To say yes: npx cadenza approve ${workflowId} ${name}`,
    }));
}

function shortNotes({ decided, error, status, budget }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  const notes: Note[] = [];
  const reason = decided?.result.partialReason;
  if (reason !== undefined && status !== 'cancelled') notes.push({ kind: 'bad', text: `Cut short: ${reason}.` });
  if (error?.type === 'Cancelled') notes.push({ kind: 'bad', text: 'Cancelled: no call was started after that.' });
  if (budget && budget.refused > 0) {
    notes.push({ kind: 'bad', text: `${counted(budget.refused, 'call')} did not fit the budget and never left.` });
  }
  return notes;
}

function fallbackNotes({ decided }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  if (!decided) return [];
  const texts: string[] = [];
  if (decided.pattern === 'pipeline') {
    for (const { stepName, models = [], passedOver = [] } of Object.values(decided.result.results)) {
      if (passedOver.length === 0) continue;
      const failed = passedOver.map(({ model, type }) => `${model} (${type})`).join(', ');
      texts.push(`${stepName}: ${failed} gave no answer, so ${models.at(-1) ?? 'another'} did`);
    }
  }
  if (decided.pattern === 'ensemble') {
    for (const { model, answeredBy } of decided.result.individualResults) {
      if (answeredBy !== undefined) texts.push(`${answeredBy} answered in the place of ${model ?? 'a member'}`);
    }
  }
  if (decided.pattern === 'cascade') {
    for (const { model, answeredBy } of decided.result.cascadeResults) {
      if (answeredBy !== undefined) texts.push(`${answeredBy} answered in the place of ${model}`);
    }
  }
  return [...new Set(texts)].map((text) => ({ kind: 'info', text: `Fallback: ${text}.` }));
}

function reuseNotes({ usage }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  const { journalHits, cacheHits, cutCalls } = usage;
  const notes: Note[] = [];
  if (journalHits > 0) {
    const text = `${counted(journalHits, 'answer')} came from the journal: paid once, and not again after a retry or a crash.`;
    notes.push({ kind: 'good', text });
  }
  if (cacheHits > 0)
    notes.push({ kind: 'good', text: `${counted(cacheHits, 'answer')} came from the cache, for nothing.` });
  if (cutCalls > 0) {
    const text = `${counted(cutCalls, 'call')} cut off before an answer came; counted at the most that could cost.`;
    notes.push({ kind: 'bad', text });
  }
  return notes;
}

function savedNotes({ decided }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  if (decided?.pattern !== 'ensemble') return [];
  const { stoppedEarly, stopReason, saved, confidence } = decided.result.decision;
  if (!stoppedEarly) return [];
  const sure = confidence === undefined ? '' : ` (confidence ${Number(confidence.toFixed(3))})`;
  const parts = [
    ...(saved.calls > 0 ? [`${counted(saved.calls, 'call')} not made`] : []),
    ...(saved.cancelledCalls > 0 ? [`${saved.cancelledCalls} cut off`] : []),
    ...(saved.costUsd > 0 ? [`about ${shownMoney(saved.costUsd)} saved`] : []),
  ];
  const text = `Stopped early by ${stopReason.replace(/_/g, ' ')}${sure}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
  return [{ kind: 'good', text }];
}

function stepNotes({ steps, decided }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  const notes: Note[] = [];
  const kept = steps.filter(({ reason }) => reason === 'taken from an earlier run').map(({ name }) => name);
  if (kept.length > 0) notes.push({ kind: 'good', text: `Taken from an earlier run: ${kept.join(', ')}.` });
  const callbacks = decided?.pattern === 'pipeline' ? (decided.result.callbacks ?? []) : [];
  for (const { step, to, error } of callbacks.filter(({ status }) => status === 'failed')) {
    notes.push({
      kind: 'bad',
      text: `The ${to} callback of ${step} did not get through: ${error?.message ?? 'no reason'}.`,
    });
  }
  return notes;
}

function knownNotes({ history, progress, status }: Omit<ReportModel, 'sentence' | 'notes'>): Note[] {
  const notes: Note[] = [];
  if (!history.complete) {
    const text = `The history is longer than a report reads: the time line shows its newest ${history.events} events.`;
    notes.push({ kind: 'info', text });
  }
  if (!progress) {
    const goesOn = status === 'running' || status === 'paused';
    const text = goesOn
      ? 'No Worker answers now, so the state of the steps is not known.'
      : 'No Worker answered, so this is told from the result and the history alone.';
    notes.push({ kind: 'info', text });
  }
  return notes;
}
