import { lastNumber } from './number-key';

/**
 * Which of `count` responses, shown as 1 to n, a model chose as the most consistent (Universal Self-Consistency, Chen et
 * al. 2023), as an index from 0. `parsed` is false where its text names none of them: then it is the first, as the paper
 * has it.
 */
export function chosenResponse(text: string, count: number): { index: number; parsed: boolean } {
  const named = [...text.matchAll(/(?<![\p{L}\p{N}])response\s*#?\s*(\d{1,6})(?!\d)/giu)].at(-1)?.[1];
  const number = Number(named ?? lastNumber(text));
  const parsed = Number.isInteger(number) && number >= 1 && number <= count;
  return { index: parsed ? number - 1 : 0, parsed };
}
