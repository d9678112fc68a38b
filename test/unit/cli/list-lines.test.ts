import { listLines } from '../../../src/cli/commands/list';
import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const run = {
  runId: 'r',
  pattern: 'ensemble',
  status: 'completed',
  startedAt: '2026-11-27T11:00:00Z',
  costUsd: 0.0123,
} as const;

test('a run is a line where its id fits, and two where it does not: the id stays whole', () => {
  const short = { runs: [{ ...run, workflowId: 'votes-1' }] };
  expect(listLines(short, PLAIN, NOW, 79)).toEqual(['✓ completed  1 h ago  $0.0123  votes-1']);
  const long = {
    runs: [
      { ...run, workflowId: `ensemble-${'a'.repeat(36)}` },
      { ...run, workflowId: '票-1' },
    ],
  };
  const lines = listLines(long, PLAIN, NOW, 39);
  expect(lines).toEqual([
    '✓ completed  1 h ago  $0.0123',
    `  ensemble-${'a'.repeat(36)}`,
    '✓ completed  1 h ago  $0.0123  票-1',
  ]);
  expect(lines.filter((line) => !line.startsWith('  ')).every((line) => widthOf(line) <= 39)).toBe(true);
});

test('an id with what can not be seen stands as a shell takes it, so that it can be copied', () => {
  const hidden = { runs: [{ ...run, workflowId: 'a\u202egpj.exe\u001b[2J' }] };
  expect(listLines(hidden, PLAIN, NOW, 79)[0]).toContain("  $'a\\u202egpj.exe\\u001b[2J'");
});
