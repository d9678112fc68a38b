import { widthOf } from '../../../src/cli/render/layout';
import { PLAIN } from '../../../src/cli/render/paint';
import { routerLines, routerSentence } from '../../../src/cli/render/router-lines';
import { createRunBoard } from '../../../src/cli/run-board';
import { createTerminal } from '../../../src/cli/terminal';
import type { RouterProgress } from '../../../src/contracts/event-messages';
import type { RunProgress } from '../../../src/contracts/run';

const NOTHING: RouterProgress = {
  subscriptions: [],
  backlog: 0,
  running: 0,
  received: 0,
  repeated: 0,
  handled: 0,
  failed: 0,
  unhandled: 0,
  filtered: 0,
  deadLetters: 0,
  handledPerMinute: 0,
};
const BUSY: RouterProgress = {
  ...NOTHING,
  subscriptions: [
    { name: 'read', on: 'document.uploaded', handled: 12, failed: 1, running: 2 },
    { name: 'text.extracted classify', on: 'text.extracted', handled: 0, failed: 0, running: 0 },
  ],
  backlog: 3,
  running: 2,
  received: 1,
  handled: 12,
  failed: 1,
  deadLetters: 1,
};

test('each subscription has its line, with its type where the name does not say it, and then all events', () => {
  expect(routerLines(BUSY, { columns: 79, paint: PLAIN })).toEqual([
    '  read  document.uploaded  12 handled, 1 failed, 2 running',
    '  text.extracted classify  0 handled, 0 failed, 0 running',
    '  1 event came in, 12 handled, 1 failed, 2 being handled, 3 waiting, 1 dead',
    '  letter',
  ]);
  expect(routerSentence(NOTHING)).toBe('0 events came in');
});

test.each([40, 79, 119])(
  'no line is longer than %d columns, and foreign text can not steer the terminal',
  (columns) => {
    const subscriptions = [
      { name: `a\u001b[2J${'模型'.repeat(60)}`, on: 'x.*', handled: 1e9, failed: 1e9, running: 1e9 },
      { name: 'short', on: `x.${'y'.repeat(190)}`, handled: 0, failed: 0, running: 0 },
    ];
    const lines = routerLines({ ...BUSY, subscriptions }, { columns, paint: PLAIN });
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(lines.join('')).not.toContain('\u001b');
  },
);

test('where nothing can be drawn in place, each change of a router is told in one line', () => {
  let said = '';
  const stderr = { write: (text: string) => (said += text), isTTY: false };
  const board = createRunBoard(createTerminal(stderr, stderr, {}));
  const usage = { calls: 0 } as RunProgress['usage'];
  const progress: RunProgress = { pattern: 'eventRouter', status: 'running', startedAt: '', steps: [], usage };
  for (const events of [NOTHING, NOTHING, BUSY]) board.update('inbox', { progress: { ...progress, events } });
  expect(said.split('\n')).toEqual([
    'inbox: 0 events came in',
    'inbox: 1 event came in, 12 handled, 1 failed, 2 being handled, 3 waiting, 1 dead letter',
    '',
  ]);
});
