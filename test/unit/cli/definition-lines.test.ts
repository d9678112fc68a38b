import { detailLines } from '../../../src/cli/commands/definitions';
import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';

test.each([79, 39])('the versions of a definition stand in the order that is said, within %i columns', (columns) => {
  // An old version that was registered again.
  const versions = [
    { version: 'a'.repeat(64), createdAt: '2026-01-01T00:00:00.000Z' },
    { version: 'b'.repeat(64), createdAt: '2026-02-02T00:00:00.000Z' },
  ];
  const definition = {
    name: 'mail',
    steps: [{ name: 'a_step_with_a_rather_long_name_of_its_own', handler: 'classify' }],
  };
  const found = { definition: definition as never, version: 'a'.repeat(64), versions, shipped: false };
  const lines = detailLines({ columns, resultPaint: PLAIN }, found);
  const said = lines.map((line) => line.trim()).join(' ');
  expect(said).toMatch(
    /when each was first registered; runs take the top one a{12} +2026-01-01 00:00 b{12} +2026-02-02/,
  );
  expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
});
