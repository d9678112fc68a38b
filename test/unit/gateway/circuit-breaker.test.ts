import { CircuitBreaker } from '../../../src/gateway/pacing/circuit-breaker';

function breakerAt(settings = { failures: 3, openSeconds: 10 }) {
  const clock = { ms: 0 };
  const states: string[] = [];
  const breaker = new CircuitBreaker(
    settings,
    () => clock.ms,
    (state) => states.push(state),
  );
  const fail = (times: number) => Array.from({ length: times }, () => breaker.enter().settle(false));
  return { breaker, clock, states, fail };
}

test('it opens after so many failures in a row, and an answer between them starts the count again', () => {
  const { breaker, fail } = breakerAt();
  fail(2);
  breaker.enter().settle(true);
  fail(2);
  expect(breaker.state).toBe('closed');
  fail(1);
  expect(breaker.state).toBe('open');
  expect(breaker.waitMs()).toBe(10_000);
});

test('it opens where most of the last answers are failures, though never enough of them in a row', () => {
  const { breaker } = breakerAt();
  for (let round = 0; round < 5; round += 1) [false, false, true].forEach((works) => breaker.enter().settle(works));
  expect(breaker.state).toBe('open');
});

test('one probe at a time: an answer closes it, a failure opens it for twice as long, up to five minutes', () => {
  const { breaker, clock, states, fail } = breakerAt();
  fail(3);
  clock.ms += 10_000;
  expect(breaker.waitMs()).toBe(0);
  const probe = breaker.enter();
  expect(breaker.waitMs()).toBeGreaterThan(0);
  probe.settle(false);
  expect(breaker.waitMs()).toBe(20_000);
  for (let round = 0; round < 10; round += 1) {
    clock.ms += 300_000;
    breaker.enter().settle(false);
  }
  expect(breaker.waitMs()).toBe(300_000);
  clock.ms += 300_000;
  breaker.enter().settle(true);
  expect(breaker.state).toBe('closed');
  expect(states.at(-1)).toBe('closed');
  fail(2);
  expect(breaker.state).toBe('closed');
});

test('a probe that was given up leaves its place to the next one', () => {
  const { breaker, clock, fail } = breakerAt();
  fail(3);
  clock.ms += 10_000;
  breaker.enter().drop();
  expect(breaker.waitMs()).toBe(0);
});

test('what left before it opened neither closes nor opens it, and a second word of one ticket is not heard', () => {
  const { breaker, clock, fail } = breakerAt();
  const early = [breaker.enter(), breaker.enter()];
  fail(3);
  early[0]?.settle(true);
  expect(breaker.state).toBe('open');
  clock.ms += 10_000;
  const probe = breaker.enter();
  early[1]?.settle(false);
  expect(breaker.state).toBe('half_open');
  probe.settle(true);
  probe.settle(false);
  expect(breaker.state).toBe('closed');
});
