import type { Entity } from '../../contracts/model';
import { checkCoverage } from './check-coverage';
import { checkEntities } from './check-entities';
import { checkSummary, DEFAULT_MAX_SUMMARY_WORDS } from './check-summary';
import type { Finding } from './finding';
import { MOST_CHARACTERS_CHECKED, readTextFacts } from './text-facts';

const MOST_FINDINGS = 100;
const ORDER = { error: 0, warning: 1, info: 2 } as const;

export type Analysis = { text: string; entities: readonly Entity[]; summary: string; maxSummaryWords?: number };

/** `valid` is the absence of errors. */
export type Validation = { valid: boolean; findings: Finding[] };

/**
 * Checks an analysis against its text, without a model: are the entities and what the summary claims in the text, is
 * anything missing, too long, empty? Errors come first. The first 1,000,000 characters of the text count.
 */
export function validateAnalysis({ text, entities, summary, maxSummaryWords }: Analysis): Validation {
  const facts = readTextFacts(text);
  const findings = [
    ...checkEntities(entities, text, facts),
    ...checkCoverage(entities, facts),
    ...checkSummary(summary, text, facts, maxSummaryWords ?? DEFAULT_MAX_SUMMARY_WORDS),
  ];
  if (facts.isCut) {
    const limit = MOST_CHARACTERS_CHECKED.toLocaleString('en-US');
    findings.push({
      severity: 'info',
      check: 'not_checked',
      message: `only the first ${limit} characters were compared`,
    });
  }
  findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  return { valid: !findings.some(({ severity }) => severity === 'error'), findings: capped(findings) };
}

function capped(findings: Finding[]): Finding[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  const count = findings.length - MOST_FINDINGS;
  const rest: Finding = {
    severity: 'info',
    check: 'not_checked',
    message: `${count} more findings are not listed`,
    count,
  };
  return [...findings.slice(0, MOST_FINDINGS), rest];
}
