import { findJson } from '../prompts/find-json';
import { textLines } from '../prompts/list-items';
import { numbersIn } from '../prompts/numbers-in-text';
import type { Parsed } from '../prompts/parsed';
import { parsed, unparsed } from '../prompts/parsed';

/** `1. A sound step`: the number of an entry in a list, and no score. */
const ENTRY_NUMBER = /^\s*\d{1,3}[.)]\s+(?=\S)/;
const OUT_OF = /^\s{0,3}(?:\/|out of|of)\s{0,3}$/i;
const MOST_SAMPLE_LINES = 3;

/**
 * A score from 0 to 1: a number within that range, a percentage (`80%`), or a share (`8/10`, `8 out of 10`). Taken from
 * a JSON object's only number in the range, else from the last of the last three lines that has a score; of several in
 * a line the last. Any other number says nothing about a score from 0 to 1, and is unparsed.
 */
export function parseRating(text: string): Parsed<number> {
  const json = jsonRating(text);
  if (json !== undefined) return parsed(json);
  for (const line of textLines(text).slice(-MOST_SAMPLE_LINES).reverse()) {
    const ratings = ratingsOf(line.replace(ENTRY_NUMBER, ''));
    const last = ratings.at(-1);
    if (last !== undefined) return parsed(last);
  }
  return unparsed('holds no score from 0 to 1');
}

function jsonRating(text: string): number | undefined {
  const value = text.includes('{') ? findJson(text) : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const numbers = Object.values(value).filter((field): field is number => typeof field === 'number');
  const only = numbers.length === 1 ? numbers[0] : undefined;
  return only !== undefined && inRange(only) ? only : undefined;
}

function ratingsOf(line: string): number[] {
  const numbers = numbersIn(line);
  const ratings: number[] = [];
  for (let place = 0; place < numbers.length; place += 1) {
    const number = numbers[place];
    if (!number) continue;
    const next = numbers[place + 1];
    const share = next && OUT_OF.test(line.slice(number.end, next.start)) ? next : undefined;
    const percent = /^\s?%/.test(line.slice(number.end, number.end + 2));
    const rating = share ? number.value / share.value : percent ? number.value / 100 : number.value;
    if (inRange(rating)) ratings.push(rating);
    if (share) place += 1;
  }
  return ratings;
}

function inRange(value: number): boolean {
  return value >= 0 && value <= 1;
}
