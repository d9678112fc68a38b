import { holdOut } from '../../../../src/core/calibration/hold-out';
import { judgeRouter } from '../../../../src/core/calibration/judge-router';
import type { Line } from '../../../../src/core/calibration/labelled-rows';
import {
  cascadeRowsOf,
  cascadeRowsOfBatches,
  routerRowsOf,
  routerRowsOfBatches,
} from '../../../../src/core/calibration/labelled-rows';
import { routerCurve } from '../../../../src/core/calibration/router-curve';

const lines = (...values: Line['value'][]): Line[] =>
  values.map((value, index) => ({ value, name: `line ${index + 1}` }));
const stage = (more: object = {}) => ({ model: 'small', score: 0.5, costUsd: 1, correct: true, ...more });
const result = (item: number, more: object = {}) => ({
  item,
  status: 'completed',
  output: { prediction: 'hard', score: 0.75 },
  correct: true,
  usage: { costUsd: 2 },
  ...more,
});

test('labelled lines become rows: right is 1, wrong is 0, the last stage needs no score', () => {
  const last = { model: 'large', costUsd: 9, quality: 0.25 };
  expect(cascadeRowsOf(lines({ stages: [stage(), last] }, { stages: [stage({ correct: false }), last] }))).toEqual({
    models: ['small', 'large'],
    rows: [
      { scores: [0.5, 0], costs: [1, 9], quality: [1, 0.25] },
      { scores: [0.5, 0], costs: [1, 9], quality: [0, 0.25] },
    ],
  });
  expect(routerRowsOf(lines({ score: -3, weak: stage({ correct: false }), strong: last }))).toEqual({
    models: ['small', 'large'],
    rows: [{ score: -3, weakQuality: 0, strongQuality: 0.25, weakCost: 1, strongCost: 9 }],
  });
});

test.each<[Line['value'][], string]>([
  [[{}], 'line 1: stages: expected a list of two or more'],
  [[{ stages: [stage()] }], 'line 1: stages: expected a list of two or more'],
  [[{ stages: [stage(), 3] }], 'line 1: stages[1]: expected an object'],
  [[{ stages: [stage({ score: undefined }), stage()] }], 'line 1: stage 0 has no score'],
  [[{ stages: [stage({ score: 1.5 }), stage()] }], 'line 1: stage 0: score must be 0 to 1'],
  [[{ stages: [stage({ correct: 'yes' }), stage()] }], 'stages[0]: expected correct: true or false'],
  [[{ stages: [stage({ costUsd: -1 }), stage()] }], 'stages[0]: costUsd: must not be negative'],
  [
    [{ stages: [stage(), stage()] }, { stages: [stage(), stage(), stage()] }],
    'line 2: has 3 stages, the first line has 2',
  ],
])('%j is refused with its line', (values, message) => {
  expect(() => cascadeRowsOf(lines(...values))).toThrow(message);
});

test('the results of batches over the same items are rows, by item; a failed item is wrong, and never accepted', () => {
  const small = lines(result(0), result(1, { correct: false, output: { prediction: 'easy', score: 0.9 } }));
  const large = lines(result(1), { item: 0, status: 'failed', usage: { costUsd: 3 } });
  expect(cascadeRowsOfBatches([small, large]).rows).toEqual([
    { scores: [0.75, 0], costs: [2, 3], quality: [1, 0] },
    { scores: [0.9, 0.75], costs: [2, 2], quality: [0, 1] },
  ]);
  const scores = lines(
    result(0, { output: { scores: { hard: 0.1 } } }),
    result(1, { output: { prediction: 'easy', score: 0.9 } }),
  );
  expect(routerRowsOfBatches(small, large, scores, 'hard').rows).toEqual([
    { score: 0.1, weakQuality: 1, strongQuality: 0, weakCost: 2, strongCost: 3 },
    { score: expect.closeTo(0.1, 12), weakQuality: 0, strongQuality: 1, weakCost: 2, strongCost: 2 },
  ]);
  expect(() => routerRowsOfBatches(small, large, lines(result(0, { output: {} }), result(1)), 'hard')).toThrow(
    'line 1: output has no score for the label "hard"',
  );
});

test.each<[Line[][], string]>([
  [[lines(result(0)), lines(result(1))], 'is in the first file and not in every other one'],
  [[lines(result(0, { expected: 'a' })), lines(result(0, { expected: 'b' }))], 'not in every other one'],
  [[lines(result(0, { correct: undefined })), lines(result(0))], 'has no `correct`'],
  [[lines({ id: 'x' }), lines({ id: 'x' })], 'is no result of a batch'],
])('results of other batches are refused', (files, message) => {
  expect(() => cascadeRowsOfBatches(files)).toThrow(message);
});

test('a part is held out, the same every time, and nothing is lost or in both', () => {
  const rows = Array.from({ length: 100 }, (_, n) => n);
  const { used, heldOut } = holdOut(rows, 0.25);
  expect(heldOut).toHaveLength(25);
  expect([...used, ...heldOut].sort((a, b) => a - b)).toEqual(rows);
  expect(holdOut(rows, 0.25)).toEqual({ used, heldOut });
  expect(heldOut).not.toEqual(rows.slice(0, 25));
});

test('a threshold is judged on other rows as the curve would', () => {
  const rows = [0.1, 0.6, 0.6, 0.9].map((score, n) => ({
    score,
    weakQuality: n % 2,
    strongQuality: 1,
    weakCost: 1,
    strongCost: 5,
  }));
  for (const point of routerCurve(rows)) expect(judgeRouter(rows, point.threshold)).toEqual(point);
});
