import { counted, shownMoney, shownPercent } from '../../core/shown-numbers';
import type { EnsembleResult } from '../../contracts/ensemble.schema';
import type { TreeOfThoughtResult } from '../../contracts/tree-of-thought.schema';
import type { Decided, ReportModel } from './report-model';

/** How a run came to its answer, in a sentence or two that name numbers. Undefined where there is nothing to tell yet. */
export function sentenceOf({
  decided,
  steps,
  status,
  progress,
}: Pick<ReportModel, 'decided' | 'steps' | 'status' | 'progress'>): string | undefined {
  if (progress?.events) {
    const { received, handled, failed, deadLetters } = progress.events;
    return `${counted(received, 'event')} came in; ${handled} handled, ${failed} failed, ${counted(deadLetters, 'dead letter')}.`;
  }
  if (!decided) return undefined;
  switch (decided.pattern) {
    case 'routeToModel':
      return `${decided.result.modelUsed}: ${decided.result.reason}.`.replace(/\.\.$/, '.');
    case 'ensemble':
      return ensembleSentence(decided.result);
    case 'cascade':
      return cascadeSentence(decided.result);
    case 'chain': {
      const { chainResults, stoppedAt } = decided.result;
      const stopped = stoppedAt === undefined ? '' : ` The gate of “${stoppedAt}” stopped it there.`;
      return `${counted(chainResults.length, 'prompt')}, each built on what came before.${stopped}`;
    }
    case 'treeOfThought':
      return treeSentence(decided.result);
    case 'batch': {
      const { completed, items, failed, labelled = 0, correct = 0, accuracy } = decided.result.summary;
      const right = labelled > 0 ? ` ${correct} of ${labelled} as expected (${shownPercent(accuracy ?? 0)}).` : '';
      return `${completed} of ${counted(items, 'item')} completed, ${failed} failed.${right}`;
    }
    case 'pipeline': {
      const count = (of: string) => steps.filter((step) => step.status === of).length;
      const parts = (['completed', 'failed', 'skipped', 'running', 'pending'] as const)
        .filter((state) => count(state) > 0)
        .map((state) => `${count(state)} ${state}`);
      return `${counted(steps.length, 'step')}: ${parts.join(', ')}.${status === 'partial' ? ' Cut short.' : ''}`;
    }
  }
}

function ensembleSentence({ decision, aggregationMethod, individualResults }: EnsembleResult): string {
  const { outcome, share, valid, margin, tie, tieBrokenBy, ranking, stoppedEarly, saved } = decision;
  const [first] = ranking;
  const asked = counted(individualResults.length, 'voice');
  const how = aggregationMethod.replace(/_/g, ' ');
  const broken = tie ? `; a tie${tieBrokenBy === undefined ? '' : `, broken by ${tieBrokenBy}`}` : '';
  const won =
    outcome === 'decided' && first
      ? `“${first.answer}” got ${shownPercent(share)} of ${counted(valid, 'valid answer')} (margin ${round(margin)})${broken}.`
      : `${outcome.replace(/_/g, ' ')} over ${counted(valid, 'valid answer')}${broken}.`;
  const money = saved.costUsd > 0 ? `, about ${shownMoney(saved.costUsd)}` : '';
  const never =
    saved.calls > 0 ? `${counted(saved.calls, 'call')} never made` : `${counted(saved.cancelledCalls, 'call')} cut off`;
  const early = stoppedEarly ? ` Decided early: ${never}${money}.` : '';
  return `${asked}, ${how}: ${won}${early}`;
}

function cascadeSentence({ cascadeResults, decision }: Extract<Decided, { pattern: 'cascade' }>['result']): string {
  const stage = decision && cascadeResults[decision.stage];
  const asked = counted(cascadeResults.length, 'stage');
  if (!decision || !stage) return `${asked} asked.`;
  const by = decision.accepted
    ? `the answer of ${stage.answeredBy ?? stage.model} was accepted`
    : `none was accepted; the ${decision.by} answer is that of ${stage.answeredBy ?? stage.model}`;
  return `${asked} asked: ${by}${stage.reason === undefined ? '' : ` (${stage.reason})`}.`;
}

function treeSentence({ bestScore, verified, pruned = [], bestPath, ended, levels = [] }: TreeOfThoughtResult): string {
  const score = bestScore === null ? '' : ` with score ${round(bestScore)}`;
  const path =
    bestPath.length > 1 ? `The best path has ${counted(bestPath.length - 1, 'thought')}${score}` : 'No path yet';
  const check = verified ? ', and its end was checked' : '';
  const cut = pruned.reduce((sum, { count = 1 }) => sum + count, 0);
  const over = levels.length > 0 ? ` over ${counted(levels.length, 'level')}` : '';
  return `${path}${check}. ${counted(cut, 'branch')} cut${over}${ended === undefined ? '' : `; ended: ${ended.replace(/_/g, ' ')}`}.`.replace(
    /(\d) branchs/,
    '$1 branches',
  );
}

function round(value: number): string {
  return String(Number(value.toFixed(3)));
}
