import type { JsonValue } from '../../contracts/json';
import { cleanLine, cleanText } from './clean-text';
import { widthOf, wrapped } from './layout';
import type { Paint } from './paint';

export type ResultOptions = { columns: number; paint: Paint };

/** The main output of `document_analysis`, with large values loaded. Fields may be missing: the run may have failed. */
export type DocumentOutput = { [field: string]: JsonValue };

const LABEL_COLUMNS = 14;

/** The result of a document's analysis as people read it: what it is, what it says, who and what is named, checks. */
export function documentLines(output: DocumentOutput, { columns, paint }: ResultOptions): string[] {
  const field = (label: string, value: string | undefined): string[] => {
    if (value === undefined || value === '') return [];
    return wrapped(value, columns, LABEL_COLUMNS, paint.bold(`  ${label}`.padEnd(LABEL_COLUMNS)));
  };
  return [
    ...field('Type', typeOf(output)),
    ...field('Title', text(output['title'])),
    ...field('Language', text(output['language'])),
    ...field('Summary', summaryOf(output)),
    ...entityLines(output['entities'], columns, paint),
    ...checkLines(output, columns, paint),
  ];
}

/** In one line: what a list of several documents says of each. */
export function documentHeadline(output: DocumentOutput): string {
  const entities = Array.isArray(output['entities']) ? output['entities'].length : 0;
  return `${typeOf(output) ?? 'no type'}, ${entities} ${entities === 1 ? 'entity' : 'entities'}`;
}

function typeOf({ type, score }: DocumentOutput): string | undefined {
  if (typeof type !== 'string') return undefined;
  return typeof score === 'number' ? `${cleanLine(type)} (score ${score.toFixed(2)})` : cleanLine(type);
}

function summaryOf({ summary }: DocumentOutput): string | undefined {
  if (typeof summary !== 'string') return undefined;
  return cleanText(summary).replace(/\s+/g, ' ').trim() || '(empty)';
}

function entityLines(entities: JsonValue | undefined, columns: number, paint: Paint): string[] {
  if (!Array.isArray(entities)) return [];
  const groups = new Map<string, Set<string>>();
  for (const entity of entities) {
    const { type, text: name } = (entity ?? {}) as Record<string, JsonValue>;
    if (typeof type !== 'string' || typeof name !== 'string') continue;
    const group = groups.get(cleanLine(type)) ?? new Set();
    groups.set(cleanLine(type), group.add(cleanLine(name)));
  }
  if (groups.size === 0) return [`${paint.bold('  Entities'.padEnd(LABEL_COLUMNS))}none found`];
  const typeColumns = Math.max(...[...groups.keys()].map(widthOf)) + 2;
  return [...groups].flatMap(([type, names], index) => {
    const label = paint.bold((index === 0 ? '  Entities' : '').padEnd(LABEL_COLUMNS));
    const first = `${label}${paint.cyan(type)}${' '.repeat(typeColumns - widthOf(type))}`;
    // A name stays on one line where it fits: its spaces count as spaces only after the breaks are made.
    const joined = [...names].map((name) => name.replaceAll(' ', '\u00a0')).join(' · ');
    return wrapped(joined, columns, LABEL_COLUMNS + typeColumns, first).map((line) => line.replaceAll('\u00a0', ' '));
  });
}

function checkLines({ valid, findings }: DocumentOutput, columns: number, paint: Paint): string[] {
  if (typeof valid !== 'boolean') return [];
  const list = Array.isArray(findings) ? findings : [];
  const label = paint.bold('  Checks'.padEnd(LABEL_COLUMNS));
  const count = list.length === 1 ? '1 finding' : `${list.length} findings`;
  const verdict = valid ? paint.green('passed') : paint.red('not passed');
  return [
    `${label}${verdict}${list.length > 0 ? `, ${count}` : ': entities and summary stand in the text'}`,
    ...list.flatMap((finding) => findingLines(finding, columns, paint)),
  ];
}

function findingLines(finding: JsonValue, columns: number, paint: Paint): string[] {
  const { severity, message } = (finding ?? {}) as Record<string, JsonValue>;
  const level = cleanLine(text(severity) ?? 'info');
  const colour = level === 'error' ? paint.red : level === 'warning' ? paint.yellow : paint.dim;
  const first = `${' '.repeat(LABEL_COLUMNS)}${colour(level)}${' '.repeat(Math.max(1, 9 - level.length))}`;
  return wrapped(cleanLine(text(message) ?? ''), columns, LABEL_COLUMNS + 9, first);
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? cleanLine(value) : undefined;
}
