import type { EnsembleResult } from '../../contracts/ensemble.schema';
import type { JsonValue } from '../../contracts/json';
import type { ShownUsage } from '../../contracts/usage';
import { counted, shownCount, shownMoney, shownPercent } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { ReportModel } from '../model/report-model';
import { bar, elementId, factList, pill, table, tableRow } from '../page/parts';
import { shortText, valueHtml } from '../page/value';
import { agreementHtml } from './agreement';
import type { LinkTo } from './step-rows';
import { insideLinks } from './step-rows';

const COLUMNS = [
  { name: 'Voice' },
  { name: 'Counted' },
  { name: 'Said' },
  { name: 'Took', numeric: true },
  { name: 'Tokens', numeric: true },
  { name: 'Money', numeric: true },
];

type Voice = EnsembleResult['individualResults'][number];
type Failure = { member: number; sample: number; error: { type: string; message: string } };

/** What each answer got, and who said what. */
export function ensembleView(model: ReportModel, result: EnsembleResult, linkTo: LinkTo): Html {
  const { decision, individualResults, agreement } = result;
  const names = individualResults.map((voice) => voiceName(voice, individualResults));
  return html`${ballots(decision, individualResults)}${facts(decision)}
    <h3>Who said what</h3>
    ${table(
      'Who said what',
      COLUMNS,
      individualResults.map((voice, index) => voiceRow(voice, names[index] ?? '', model, result, linkTo)),
    )}
    ${agreement ? agreementHtml(agreement, memberNames(individualResults)) : ''}`;
}

/** A bar for each answer, the most first, with the voices behind it. */
function ballots({ ranking, outcome }: EnsembleResult['decision'], voices: readonly Voice[]): Content {
  const most = Math.max(0, ...ranking.map(({ score }) => Math.abs(score)));
  if (most === 0) return html`<p class="quiet">No answer counted.</p>`;
  const rows = ranking.slice(0, 30).map(({ answer, score, votes, weight, ballots: behind }, index) => {
    const won = index === 0 && outcome === 'decided';
    const who = [...new Set(behind.map((ballot) => nameOf(voices[ballot])))].join(', ');
    const weighted = weight === votes ? '' : `, weight ${Number(weight.toFixed(3))}`;
    return html`<li class="ballot ${won ? 'won' : ''}">
      <span class="choice"><bdi>${answer}</bdi>${won ? html` <span class="tag best">won</span>` : ''}</span>
      ${bar(Math.abs(score) / most, won ? 'best' : 'accent')}
      <span class="score"
        >${Number(score.toFixed(3))} <span class="quiet">${counted(votes, 'vote')}${weighted}</span></span
      >
      <span class="who">${who}</span>
    </li>`;
  });
  const more = ranking.length > 30 ? html`<p class="quiet">and ${ranking.length - 30} answers more</p>` : '';
  return html`<ol class="ballots">
      ${rows}
    </ol>
    ${more}`;
}

function facts(decision: EnsembleResult['decision']): Html {
  const { outcome, valid, invalid, failed, cancelled, share, margin, tie, tieBrokenBy, wonBy, agreement } = decision;
  const list: [string, Content][] = [
    ['Outcome', outcome.replace(/_/g, ' ')],
    ['Answers', `${valid} valid, ${invalid} invalid, ${failed} failed, ${cancelled} cut off`],
    ['Share', shownPercent(share)],
    ['Margin', `${Number(margin.toFixed(3))}`],
    ...(tie
      ? [['Tie', tieBrokenBy === undefined ? 'not broken' : `broken by ${tieBrokenBy}`] as [string, Content]]
      : []),
    ...(wonBy === undefined ? [] : [['Won by', wonBy] as [string, Content]]),
    ...(agreement === undefined ? [] : [['Pairs that agree', shownPercent(agreement)] as [string, Content]]),
    ...(decision.positionConsistency === undefined
      ? []
      : [['Judged alike in both orders', shownPercent(decision.positionConsistency)] as [string, Content]]),
  ];
  return factList(list);
}

function voiceRow(
  voice: Voice,
  name: string,
  { scope, texts, inside, lanes }: ReportModel,
  { failures }: EnsembleResult,
  linkTo: LinkTo,
): Html {
  const { member, sample, status, reason, answer, result, answeredBy } = voice;
  const usage = voice.usage as unknown as ShownUsage | undefined;
  const failure = (failures as unknown as Failure[]).find((one) => one.member === member && one.sample === sample);
  const path = [`members[${member}][${sample}]`, `members[${member}]`];
  const lane = lanes.find((one) => path.includes(one.name));
  const runs = inside.filter(({ step }) => step === `members[${member}]`);
  const tokens = usage ? usage.inputTokens + usage.outputTokens : 0;
  return tableRow(
    [
      html`<span class="model">${name}</span
        >${answeredBy === undefined ? '' : html`<br /><span class="tag warn">answered by ${answeredBy}</span>`}`,
      html`${pill(status)}${reason === undefined ? '' : html` <span class="quiet">${reason}</span>`}`,
      html`${said(answer, result, texts)}${failure ? html`<span class="bad-text">${failure.error.type}: ${failure.error.message}</span>` : ''}${insideLinks(runs, linkTo)}`,
      lane && lane.spans === 1 ? `${lane.busySeconds.toFixed(1)} s` : '',
      tokens > 0 ? shownCount(tokens) : '',
      usage && usage.costUsd > 0 ? shownMoney(usage.costUsd) : '',
    ],
    COLUMNS,
    { id: elementId(`${scope}voice`, `${member}.${sample}`), state: status },
  );
}

/** The answer that was counted; all of the result behind a click, where there is more to it. */
function said(answer: JsonValue | undefined, result: JsonValue | undefined, texts: ReportModel['texts']): Content {
  const short = shortText(answer ?? result, texts, 200);
  const whole = result ?? answer;
  if (whole === undefined || whole === null) return html`<bdi>${short}</bdi>`;
  if (typeof whole !== 'object' && shortText(whole, texts, 200) === short && short.length < 190)
    return html`<bdi>${short}</bdi>`;
  return html`<details class="output">
    <summary><bdi>${short}</bdi></summary>
    ${valueHtml(whole, texts)}
  </details>`;
}

function voiceName(voice: Voice, all: readonly Voice[]): string {
  const several = all.filter(({ member }) => member === voice.member).length > 1;
  return `${nameOf(voice)}${several ? `, sample ${voice.sample + 1}` : ''}`;
}

function nameOf(voice: Voice | undefined): string {
  return voice?.model ?? voice?.pattern ?? `member ${voice?.member ?? '?'}`;
}

function memberNames(voices: readonly Voice[]): Map<number, string> {
  return new Map(voices.map((voice) => [voice.member, nameOf(voice)]));
}
