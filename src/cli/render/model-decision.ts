import type { CascadeResult } from '../../contracts/cascade.schema';
import type { ChainResult } from '../../contracts/chain.schema';
import type { EnsembleResult } from '../../contracts/ensemble.schema';
import type { JsonObject, JsonValue } from '../../contracts/json';
import type { RouteToModelResult } from '../../contracts/route-to-model.schema';
import { chainLines } from './chain-lines';
import { agreementLines } from './agreement-lines';
import type { TreeOfThoughtResult } from '../../contracts/tree-of-thought.schema';
import { cleanLine } from './clean-text';
import type { ResultOptions } from './document-result';
import { fit, table, widthOf, wrapped } from './layout';
import { counted, shownMoney } from './numbers';
import { treeDecisionLines } from './tree-lines';

/** Most rows of one list: the rest is counted. `--json` has all of it. */
const MOST_ROWS = 20;

const BAR_COLUMNS = 20;

/**
 * How a pattern of model calls came to its result, for people: who was chosen and why, how the votes lie, what became of
 * each stage or step. Undefined for results of other patterns.
 */
export function modelDecisionLines(
  pattern: string | null,
  result: JsonValue | undefined,
  options: ResultOptions,
): string[] | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined;
  const shown = result as JsonObject;
  if (pattern === 'routeToModel') return routeLines(shown as unknown as RouteToModelResult, options);
  if (pattern === 'ensemble') return ensembleLines(shown as unknown as EnsembleResult, options);
  if (pattern === 'treeOfThought') return treeDecisionLines(shown as unknown as TreeOfThoughtResult, options);
  if (pattern === 'cascade') return cascadeLines(shown as unknown as CascadeResult, options);
  if (pattern === 'chain') return chainLines(shown as unknown as ChainResult, options);
  return undefined;
}

function routeLines({ modelUsed, reason, decision }: RouteToModelResult, { columns, paint }: ResultOptions): string[] {
  const scores = (decision?.scores ?? []).map(({ route, model, score }) => [
    `    ${cleanLine(route)}`,
    cleanLine(model),
    short(score),
  ]);
  const excluded = (decision?.excluded ?? []).map(({ model, lacks }) => `${cleanLine(model)} (no ${cleanLine(lacks)})`);
  return [
    ...wrapped(`${paint.bold(cleanLine(modelUsed))}: ${cleanLine(reason)}`, columns, 4, '  '),
    ...rows(scores, columns),
    ...(excluded.length > 0 ? wrapped(`Not considered: ${excluded.join(', ')}`, columns, 4, '  ') : []),
  ];
}

function ensembleLines(result: EnsembleResult, options: ResultOptions): string[] {
  const { decision, aggregationMethod } = result;
  const { columns } = options;
  return [
    ...wrapped(`${aggregationMethod.replace(/_/g, ' ')}: ${outcomeOf(decision)}`, columns, 4, '  '),
    ...voteLines(decision, options),
    ...memberLines(result, options),
    // Of one item the votes say it all, but for who was right.
    ...(result.agreement?.labelled ? agreementLines(result.agreement, options) : []),
    ...(decision.stoppedEarly ? wrapped(stoppedSentence(decision), columns, 4, '  ') : []),
  ];
}

function outcomeOf(decision: EnsembleResult['decision']): string {
  const { outcome, valid, invalid, invalidReasons, failed, cancelled, tie, tieBrokenBy, wonBy, agreement } = decision;
  const reasons = Object.entries(invalidReasons).filter(([, count]) => count > 0);
  const parts = [
    outcome.replace(/_/g, ' '),
    counted(valid, 'valid answer'),
    ...(invalid > 0 ? [`${invalid} invalid (${reasons.map(([why, count]) => `${count} ${why}`).join(', ')})`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cut off`] : []),
    ...(tie ? [`a tie${tieBrokenBy === undefined ? '' : `, broken by ${tieBrokenBy}`}`] : []),
    ...(wonBy === undefined ? [] : [`won by ${wonBy}`]),
    ...(agreement === undefined ? [] : [`agreement ${short(agreement)}`]),
  ];
  return parts.join(', ');
}

/** A bar for what each answer got, the most first. */
function voteLines({ ranking }: EnsembleResult['decision'], { columns, paint }: ResultOptions): string[] {
  const most = Math.max(0, ...ranking.map(({ score }) => Math.abs(score)));
  if (most === 0) return [];
  const shown = ranking.slice(0, MOST_ROWS).map(({ answer, score }) => ({ answer: cleanLine(answer), score }));
  const bars = Math.min(BAR_COLUMNS, Math.floor(columns / 4));
  const room = Math.max(8, columns - bars - 16);
  const names = Math.min(room, Math.max(...shown.map(({ answer }) => widthOf(answer))));
  const lines = shown.map(({ answer, score }) => {
    const name = fit(answer, names);
    const bar = '█'.repeat(Math.max(1, Math.round((Math.abs(score) / most) * bars)));
    return `    ${name}${' '.repeat(names - widthOf(name))}  ${paint.cyan(bar)} ${short(score)}`;
  });
  return [...lines, ...more(ranking.length)];
}

function memberLines({ individualResults, failures }: EnsembleResult, { columns }: ResultOptions): string[] {
  const hasSamples = individualResults.some(({ sample }) => sample > 0);
  const list = individualResults.map(({ member, model, pattern, sample, status, reason, answer }) => {
    const failure = (failures as { member: number; sample: number; error: { type: string } }[]).find(
      (one) => one.member === member && one.sample === sample,
    );
    const said = answer === undefined ? (reason ?? failure?.error.type ?? '') : textOf(answer);
    return [`    ${member}${hasSamples ? `.${sample}` : ''}`, cleanLine(model ?? pattern ?? ''), status, said];
  });
  return rows(list, columns);
}

function stoppedSentence({ stopReason, saved, confidence }: EnsembleResult['decision']): string {
  const sure = confidence === undefined ? '' : ` (confidence ${short(confidence)})`;
  const calls = saved.calls > 0 ? `, ${counted(saved.calls, 'call')} not made` : '';
  const cut = saved.cancelledCalls > 0 ? `, ${saved.cancelledCalls} cut off` : '';
  const money = saved.costUsd > 0 ? `, about ${shownMoney(saved.costUsd)} saved` : '';
  return `Stopped early: ${stopReason.replace(/_/g, ' ')}${sure}${calls}${cut}${money}`;
}

function cascadeLines({ cascadeResults, decision }: CascadeResult, { columns, paint }: ResultOptions): string[] {
  const lines = cascadeResults.flatMap(({ model, verdict, reason, accepted }, index) => {
    const mark = accepted ? paint.green('✓') : paint.dim('–');
    const why = [verdict, reason].filter((part) => part !== undefined).map(cleanLine);
    return wrapped(
      `${mark} stage ${index}, ${cleanLine(model)}${why.length > 0 ? `: ${why.join(', ')}` : ''}`,
      columns,
      4,
      '  ',
    );
  });
  const left = decision && !decision.accepted ? [`No stage was accepted; this is the ${decision.by} answer.`] : [];
  return [...lines, ...left.flatMap((line) => wrapped(line, columns, 2))];
}

function rows(list: readonly string[][], columns: number): string[] {
  return list.length === 0 ? [] : [...table(list.slice(0, MOST_ROWS), columns), ...more(list.length)];
}

function more(count: number): string[] {
  return count > MOST_ROWS ? [`    and ${count - MOST_ROWS} more`] : [];
}

function textOf(value: JsonValue): string {
  return cleanLine(typeof value === 'string' ? value : JSON.stringify(value));
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
