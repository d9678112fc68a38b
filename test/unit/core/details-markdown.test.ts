import type { RunProgress } from '../../../src/contracts/run';
import { cell, detailsMarkdown } from '../../../src/core/details-markdown';
import { voteProgress } from '../../../src/core/votes/vote-progress';

const NOTHING = { calls: 0, cutCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, journalHits: 0, cacheHits: 0 };
const usage: RunProgress['usage'] = {
  ...NOTHING,
  calls: 2,
  inputTokens: 90,
  outputTokens: 10,
  costUsd: 0.00123,
  byModel: {},
  byStep: {},
};

test('one row a step, with model, time, tokens and money, and the command that decides an approval', () => {
  const markdown = detailsMarkdown(
    {
      status: 'running',
      definition: 'order',
      usage,
      steps: [
        {
          name: 'read',
          status: 'completed',
          models: ['gpt4'],
          durationSeconds: 1.25,
          usage: { ...usage, costUsd: 1.5 },
        },
        { name: 'ok', status: 'running', handler: 'approval', note: 'waits for approval: "a | b"' },
        { name: 'last', status: 'failed', handler: 'classify', attempts: 3, error: { type: 'TimedOut', message: 'x' } },
      ],
    },
    'run-1',
  );
  expect(markdown.replaceAll('\u00a0', ' ').split('\n')).toEqual([
    'order: **running**, 2 of 3 steps done · 2 calls · 100 tokens · $0.0012',
    '',
    'Decide: `npx cadenza approve run-1 ok`',
    '',
    '| step | state | by | time | tokens | cost | note |',
    '|---|---|---|---|---|---|---|',
    '| read | ✓ completed | gpt4 | 1.3 s | 100 | $1.50 |  |',
    '| ok | ▶ running | approval |  |  |  | waits for approval: "a \\| b" |',
    '| last | ✗ failed | classify |  |  |  | TimedOut; 3 attempts |',
    '',
    ' ',
  ]);
});

test('votes as they come: the most first, a long answer by its place only', () => {
  const seat = { member: 0, sample: 0, model: 'gpt4' };
  const keys = ['spam', 'a text that is much too long to stand in a table of votes', 'ham', 'ham'];
  const votes = voteProgress(
    keys.map((key, index) => ({ ...seat, index, status: 'valid' as const, key })),
    { seats: 5, asked: 4 },
  );
  expect(votes).toEqual({
    seats: 5,
    asked: 4,
    valid: 4,
    ranking: [
      { answer: 'ham', votes: 2 },
      { answer: 'spam', votes: 1 },
      { answer: 'answer 2', votes: 1 },
    ],
  });
  const markdown = detailsMarkdown({ status: 'running', steps: [], usage, votes });
  // As many cells below a heading as in it, or it is no table.
  expect(markdown).toContain('| answer | votes | |\n|---|---|---|\n|');
  expect(markdown).toContain(`| ham | 2 | ${'█'.repeat(20)} |\n| spam | 1 | ${'█'.repeat(10)}${'░'.repeat(10)} |`);
});

test('a tree shows what stands on each level', () => {
  const levels = [{ level: 1, nodes: 5, pruned: 2, bestScore: 20.123456 }];
  const tree = { nodes: 6, level: 1, depth: 3, expanded: 1, pruned: 2, bestScore: 20.123456, verified: false, levels };
  expect(detailsMarkdown({ status: 'running', steps: [], usage, tree })).toContain('| 1 | 5 | 3 | 2 | 20.12 |');
});

test('foreign text can not leave its cell', () => {
  expect(cell('a|b\nc <img> [x](y) `z`')).toBe('a\\|b c \\<img\\> \\[x\\](y) \\`z\\`');
});

test('a table does not grow without bounds', () => {
  const steps = Array.from({ length: 500 }, (_, index) => ({ name: `s${index}`, status: 'pending' as const }));
  const lines = detailsMarkdown({ status: 'running', steps, usage }).split('\n');
  expect(lines.length).toBeLessThan(80);
  expect(lines.at(-3)).toBe('and 440 more');
});
