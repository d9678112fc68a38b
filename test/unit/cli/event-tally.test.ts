import { createEventTally } from '../../../src/cli/event-tally';
import { createTerminal } from '../../../src/cli/terminal';

function terminalOf(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  const stream = { isTTY, columns, rows: 24, write: (text: string) => void written.push(text) };
  return { written, terminal: createTerminal(stream, { write: () => undefined }, { NO_COLOR: '1', TERM: 'xterm' }) };
}

test('what an endpoint answered is counted, and said once at the end where nothing can be drawn', () => {
  const { written, terminal } = terminalOf(false);
  const tally = createEventTally(terminal);
  tally.start();
  tally.count({ status: 202, events: 1200 });
  tally.count({ status: 202, events: 34 });
  tally.count({ status: 401, events: 0 });
  tally.count({ status: 503, events: 0 });
  tally.end();
  expect(written).toEqual(['1,234 events accepted, 2 requests refused (the last with 503).\n']);
});

test('on a terminal the count is drawn in place within its columns, and the sum stays', async () => {
  const { written, terminal } = terminalOf(true, 40);
  const tally = createEventTally(terminal);
  tally.start();
  tally.count({ status: 202, events: 1 });
  tally.count({ status: 503, events: 0 });
  await new Promise((resolve) => setTimeout(resolve, 450));
  tally.end();
  const drawn = written
    .join('')
    .split('\n')
    .map((line) => line.replace(/\u001b\[[0-9]*[A-Z]|\r/g, ''));
  expect(drawn[0]).toContain('0 events accepted');
  expect(drawn.some((line) => line.includes('1 event accepted'))).toBe(true);
  for (const line of drawn) expect(line.length).toBeLessThan(40);
  expect(drawn.join('\n')).toMatch(/● 1 event accepted, 1 request refused\n {2}\(the last with 503\)\n/);
  expect(drawn.join('\n')).toMatch(/1 event accepted, 1 request refused\n\(the last with 503\)\.\s*$/);
});
