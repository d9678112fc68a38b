import { shown } from '../../contracts/nearest-name';

/** What can be found wrong; each is one kind of `check` in a finding. */
export const CHECKS = [
  'entity_not_in_text',
  'entity_not_word_for_word',
  'entity_position',
  'entity_duplicate',
  'entities_missing',
  'summary_empty',
  'summary_too_short',
  'summary_too_long',
  'summary_not_shorter',
  'summary_number',
  'summary_date',
  'summary_currency',
  'summary_name',
  'not_checked',
] as const;
export type Check = (typeof CHECKS)[number];

/**
 * One thing that does not hold, or was not looked at. `value` is the entity or the words of the claim, `type` the type
 * of the entity, `count` how many there are.
 */
export type Finding = {
  severity: 'error' | 'warning' | 'info';
  check: Check;
  message: string;
  value?: string;
  type?: string;
  count?: number;
};

/** Words of a document as a finding shows them: never a passage, at most 60 characters. */
export function quoted(words: string): string {
  return shown(words.slice(0, 200).replace(/\s+/g, ' ').trim());
}
