import { textLines } from '../prompts/list-items';
import type { Parsed } from '../prompts/parsed';
import { parsed, unparsed } from '../prompts/parsed';

// Every gap is bounded, so that a long text without a number costs no more than its length.
const STATED =
  /\b(?:best|chosen|winner|winning|final|preferred|vote)\b[^\n]{0,60}?(?:\bis\b|:|=)[^\n\d]{0,25}(\d{1,6})/gi;
const CHOSEN = /\b(?:best|choose|chosen|prefer|vote for)\b[^\n\d]{0,40}(\d{1,6})/gi;
const NAMED = /\b(?:choice|option|candidate|answer|thought|number)\b[^\n\d]{0,20}(\d{1,6})/gi;
const ALONE = /^\W{0,5}(\d{1,6})\W{0,5}(?:not\D{1,20}\d{1,6}\W{0,5})?$/i;

/**
 * The candidate that an answer votes for, counted from 1: the number after the last `best choice is` and its like, else
 * after the last `choice`, else the only number of the last line. `best choice is 12` is 12, and `2 (not 5)` is 2. A
 * number that no candidate has, and an answer without one, is unparsed: no vote for anybody.
 */
export function parseVote(text: string, candidates: number): Parsed<number> {
  const alone = ALONE.exec(textLines(text).at(-1) ?? '')?.[1];
  const found = lastNumber(text, STATED) ?? lastNumber(text, CHOSEN) ?? lastNumber(text, NAMED) ?? alone;
  if (found === undefined) return unparsed('holds no vote');
  const vote = Number(found);
  return vote >= 1 && vote <= candidates ? parsed(vote) : unparsed(`votes for none of the ${candidates} candidates`);
}

function lastNumber(text: string, pattern: RegExp): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(pattern)) last = match[1];
  return last;
}
