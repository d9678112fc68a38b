import { shownSeconds } from '../../core/shown-numbers';
import { html } from '../html';
import type { Content, Html } from '../html';
import type { Lane } from '../model/lanes';
import type { ReportModel } from '../model/report-model';
import { TIME_KINDS } from '../model/time-split';
import type { TimeKind } from '../model/time-split';
import { section, stackedBar } from './parts';

const WORDS: Readonly<Record<TimeKind, string>> = {
  model: 'models',
  handler: 'handlers (with their models)',
  inside: 'runs inside',
  values: 'stored values',
  retry: 'earlier attempts and their waits',
  queue: 'waiting for a worker',
  wait: 'timers',
  between: 'in between: people, Temporal, Cadenza',
};

const MOST_LANES = 60;

/** Where the time went: the wall clock divided, and what ran when. */
export function timeSection(model: ReportModel): Html {
  const { time, seconds, lanes } = model;
  const whole = Math.max(seconds, 0.001);
  const parts = TIME_KINDS.filter((kind) => time[kind] > 0.0005 * whole).map((kind) => ({
    kind: `time-${kind}`,
    share: time[kind] / whole,
    words: html`${WORDS[kind]}: <strong>${shownSeconds(time[kind])}</strong>
      <span class="quiet">${percent(time[kind] / whole)}</span>`,
  }));
  return section(
    'time',
    'Time line',
    html`${stackedBar(parts)}
    ${lanes.length > 0 ? laneTable(model) : html`<p class="quiet">Nothing was asked of anybody yet.</p>`}`,
    html`${shownSeconds(seconds)} in all. Every moment counts once, for what was going on then.`,
  );
}

function laneTable({ lanes, startedAt, seconds }: ReportModel): Html {
  const whole = Math.max(seconds, 0.001);
  const at = (milliseconds: number) => Math.max(0, Math.min(100, (milliseconds - startedAt) / 10 / whole));
  const shown = lanes.slice(0, MOST_LANES);
  const rows = shown.map((lane) => {
    const pieces = lane.pieces.map(({ from, to, kind, outcome }) => {
      const x = at(from);
      const width = Math.max(0.15, at(to) - x);
      return html`<rect
        class="time-${kind} outcome-${outcome}"
        x="${x.toFixed(3)}%"
        y="${isWait(kind) ? 8 : 4}"
        width="${width.toFixed(3)}%"
        height="${isWait(kind) ? 4 : 12}"
        rx="2"
      ></rect>`;
    });
    return html`<tr>
      <th scope="row"><span class="name">${lane.name}</span>${sub(lane)}</th>
      <td class="lane">
        <svg aria-hidden="true" focusable="false" class="lane-svg">${pieces}</svg>
        <span class="visually-hidden"
          >from ${shownSeconds((lane.from - startedAt) / 1000)} to ${shownSeconds((lane.to - startedAt) / 1000)}</span
        >
      </td>
      <td class="number">${shownSeconds(lane.busySeconds)}</td>
      <td class="number">${lane.waitedSeconds >= 0.05 ? shownSeconds(lane.waitedSeconds) : ''}</td>
    </tr>`;
  });
  const more =
    lanes.length > shown.length ? html`<p class="quiet">and ${lanes.length - shown.length} more rows</p>` : '';
  const ticks = ticksOf(whole).map(
    (tick) =>
      html`<line
          x1="${((tick / whole) * 100).toFixed(3)}%"
          x2="${((tick / whole) * 100).toFixed(3)}%"
          y1="14"
          y2="18"
        ></line>
        <text x="${((tick / whole) * 100).toFixed(3)}%" y="10">${tick === 0 ? '0' : shortSeconds(tick)}</text>`,
  );
  return html`<div class="scroll" role="region" aria-label="What ran when" tabindex="0">
      <table class="timeline">
        <caption class="visually-hidden">
          What ran when
        </caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="lane">
              <span class="visually-hidden">When</span
              ><svg class="axis" aria-hidden="true" focusable="false">${ticks}</svg>
            </th>
            <th scope="col" class="number">Worked</th>
            <th scope="col" class="number">Waited</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${more}`;
}

function sub({ models, spans, attempts }: Lane): Content {
  const parts = [
    models.slice(0, 3).join(', '),
    spans > 1 ? `${spans} calls` : '',
    attempts > 1 ? `${attempts} attempts` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? html` <span class="sub">${parts.join(' · ')}</span>` : '';
}

function isWait(kind: TimeKind): boolean {
  return kind === 'queue' || kind === 'retry' || kind === 'wait';
}

/** Moments for an axis: round, at most eight of them. */
export function ticksOf(seconds: number): number[] {
  const rough = seconds / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor((seconds * 0.97) / step) + 1 }, (_, index) => index * step);
}

function shortSeconds(seconds: number): string {
  if (seconds < 1) return `${Number((seconds * 1000).toFixed(1))} ms`;
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  return seconds < 7200 ? `${Number((seconds / 60).toFixed(1))} min` : `${Number((seconds / 3600).toFixed(1))} h`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)}%`;
}
