import { normalizeText, wordsOf } from './normalize-text';

/** Capitalized words in a row, as names are written. `words` are normalized. */
export type FoundName = { text: string; words: string[] };

/** Words that are capitalized for their place in the sentence, not for being a name. */
const OPENERS = new Set(
  (
    'a about according additionally after all also although an and another any are as at based because before besides between both but by ' +
    'can check currently despite document during each either every finally first for from further furthermore given he her here his how ' +
    'however i if in including instead into invoice is it its key last later like many meanwhile more moreover most must my new next no ' +
    'not note now of on once one only or other our overall payment please several she since so some such summary that the their then there ' +
    'these they this those though through thus to together total two under until upon via was we what when where which while who with ' +
    'within without you your der die das ein eine im in mit und für von'
  ).split(' '),
);

const TOKEN = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.&-]*/gu;

/**
 * Names in a text in its own case: runs of capitalized words without those that only begin a sentence. A single word at
 * the beginning of a sentence is no name, and neither is what stands before a colon: that is a heading.
 */
export function findNames(text: string): FoundName[] {
  const names: FoundName[] = [];
  let run: string[] = [];
  let opensSentence = false;
  let end = 0;
  const finish = () => {
    const isHeading = /^[*_]{0,3}:/.test(text.slice(end, end + 4));
    const words = opensSentence && OPENERS.has(normalizeText(run[0] ?? '')) ? run.slice(1) : run;
    const alone = opensSentence && run.length === 1;
    if (words.length > 0 && !alone && !isHeading)
      names.push({ text: words.join(' ').replace(/[.&'’-]{1,5}$/, ''), words: toWords(words) });
    run = [];
  };
  for (const match of text.matchAll(TOKEN)) {
    const between = text.slice(end, match.index);
    const endsSentence = run.length > 0 && /[.]$/.test(run[run.length - 1] ?? '') && !isAbbreviation(run);
    if (run.length > 0 && (!/^[ \t]?\n?[ \t]*$/.test(between) || endsSentence)) finish();
    const isCapitalized = /^\p{Lu}/u.test(match[0]);
    if (run.length > 0 && !isCapitalized) finish();
    if (isCapitalized) {
      if (run.length === 0) opensSentence = beginsSentence(text, match.index);
      run.push(match[0]);
    }
    end = match.index + match[0].length;
  }
  if (run.length > 0) finish();
  return names;
}

/** Share of words that are capitalized though they open no sentence: high in German, and in texts in title case. */
export function capitalizedShare(text: string): number {
  let inner = 0;
  let capitalized = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (!/^\p{L}/u.test(match[0]) || beginsSentence(text, match.index)) continue;
    inner += 1;
    if (/^\p{Lu}/u.test(match[0])) capitalized += 1;
  }
  return inner === 0 ? 0 : capitalized / inner;
}

function beginsSentence(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - 20), index).trimEnd();
  return (
    before === '' || /[.!?:;•*#"“(„>|–—-]$/.test(before) || /\n\s*$/.test(text.slice(Math.max(0, index - 20), index))
  );
}

function isAbbreviation(run: readonly string[]): boolean {
  return (run[run.length - 1] ?? '').length <= 4;
}

function toWords(tokens: readonly string[]): string[] {
  return tokens.flatMap((token) => wordsOf(normalizeText(token.replace(/['’]s?$/u, ''))));
}
