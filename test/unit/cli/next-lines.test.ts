import { nextLines } from '../../../src/cli/render/next-lines';
import { PLAIN } from '../../../src/cli/render/paint';

const ENTRIES = [
  ['Web UI', 'http://127.0.0.1:8233/namespaces/default/workflows/a'],
  ['Next', 'npx cadenza watch a'],
] as const;

test('what to type stands beside its label, and where it does not fit whole below it', () => {
  expect(nextLines(ENTRIES, { columns: 79, paint: PLAIN })).toEqual([
    '  Web UI  http://127.0.0.1:8233/namespaces/default/workflows/a',
    '  Next    npx cadenza watch a',
  ]);
  expect(nextLines(ENTRIES, { columns: 39, paint: PLAIN })).toEqual([
    '  Web UI',
    'http://127.0.0.1:8233/namespaces/default/workflows/a',
    '  Next    npx cadenza watch a',
  ]);
});
