import { findJson } from '../prompts/find-json';
import { textLines } from '../prompts/list-items';
import type { Parsed } from '../prompts/parsed';
import { parsed, unparsed } from '../prompts/parsed';

/** A verdict that reasoning leads to stands at its end; words further up belong to the reasoning. */
const LAST_LINES = 3;
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;
const NEGATIONS = new Set(['not', 'never', 'no', 'isn', 'without', 'hardly']);
/** A denial reaches over a word or two of its clause (`not a correct answer`); `no` only to the next (`no number is …`). */
const FAR_NEGATIONS = new Set(['not', 'never', 'cannot', 'hardly']);
const REACH = 3;
const CLAUSE_END = /[,.;:!?—–]/;

type Label = { name: string; words: string[] };
type Found = { label: string; whole: boolean };

/**
 * The verdict of an answer, one of the given names, whatever case, full stop, emphasis or prose is around it:
 * - a JSON object with one field that is a verdict, else
 * - the last line that says nothing but a verdict (`Verdict: **Sure**.`), else
 * - the last verdict within the last three lines that are not blank.
 *
 * A verdict that is denied (`not sure`, `not at all sure`) does not count, nor a line that names every verdict, for that repeats the
 * question. What is none of this is unparsed, never a score.
 */
export function parseVerdict(text: string, names: readonly string[]): Parsed<string> {
  const labels = names
    .map((name) => ({ name, words: wordsOf(name) }))
    .filter(({ words }) => words.length > 0)
    .sort((a, b) => b.words.length - a.words.length);
  const json = jsonVerdict(text, labels);
  if (json !== undefined) return parsed(json);
  const lines = textLines(text);
  const found = lines.map((line) => labelsOf(line, labels));
  const whole = found.filter((line) => line.length === 1 && line[0]?.whole).at(-1)?.[0];
  if (whole) return parsed(whole.label);
  for (const line of found.slice(-LAST_LINES).reverse()) {
    const different = new Set(line.map(({ label }) => label));
    const last = line.at(-1);
    if (last && !(labels.length > 1 && different.size === labels.length)) return parsed(last.label);
  }
  return unparsed('holds none of the verdicts, or all of them');
}

function jsonVerdict(text: string, labels: readonly Label[]): string | undefined {
  const value = text.includes('{') ? findJson(text) : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const verdicts = Object.values(value).flatMap((field) => {
    const found = typeof field === 'string' ? labelsOf(field, labels) : [];
    return found.length === 1 && found[0]?.whole ? [found[0].label] : [];
  });
  return verdicts.length === 1 ? verdicts[0] : undefined;
}

/** The verdicts of a line from left to right. `whole`: but for a word before a colon, the line says nothing else. */
function labelsOf(line: string, labels: readonly Label[]): Found[] {
  const clauses = line.split(CLAUSE_END).map(wordsOf);
  const words = clauses.flat();
  // For each word the place at which its clause begins.
  const begins: number[] = [];
  for (const clause of clauses) {
    const start = begins.length;
    begins.push(...clause.map(() => start));
  }
  const colon = line.lastIndexOf(':');
  const introduced = colon === -1 ? 0 : wordsOf(line.slice(0, colon)).length;
  const found: Found[] = [];
  let afterLast = 0;
  for (let at = 0; at < words.length; at += 1) {
    const label = labels.find((candidate) => candidate.words.every((word, place) => words[at + place] === word));
    if (!label) continue;
    const reached = words.slice(Math.max(begins[at] ?? 0, afterLast, at - REACH), at);
    const denied = isDenied(words[at - 1] ?? '', reached);
    const rest = at === 0 || at === introduced;
    if (!denied) found.push({ label: label.name, whole: rest && at + label.words.length === words.length });
    at += label.words.length - 1;
    afterLast = at + 1;
  }
  return found;
}

/** `reached`: the words before it in its clause, after the verdict before it if there is one. */
function isDenied(before: string, reached: readonly string[]): boolean {
  return NEGATIONS.has(before) || reached.some((word) => FAR_NEGATIONS.has(word) || word.endsWith("n't"));
}

function wordsOf(text: string): string[] {
  // An underscore is emphasis around a word, or joins two words of a name such as `very_good`.
  return [...text.replace(/_/g, ' ').matchAll(WORD)].map(([word]) => word.toLowerCase().replace('’', "'"));
}
