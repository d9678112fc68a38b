import type { ChainStep } from '../../../../src/contracts/chain.schema';
import { checkInput } from '../../../../src/contracts/check-input.schema';
import { isCadenzaError } from '../../../../src/contracts/failures';
import type { JsonValue } from '../../../../src/contracts/json';
import { checkChain, mostCalls } from '../../../../src/core/chain/chain-input';
import {
  afterCall,
  afterCondition,
  afterGate,
  chainContext,
  firstChainState,
  nextChainMove,
} from '../../../../src/core/chain/chain-state';
import { fillTemplate } from '../../../../src/core/prompts/template';

const stepsOf = (...steps: object[]) =>
  checkInput('chain', { initialPrompt: 'x', steps: steps.map((step) => ({ promptTemplate: 'p', ...step })) }).steps;

const refusal = (steps: ChainStep[]) => {
  try {
    checkChain(steps);
  } catch (error) {
    if (isCadenzaError(error)) return { type: error.type, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
};

/** Runs a chain with scripted answers; conditions and gates hold as `decide` says. */
function run(steps: ChainStep[], answers: JsonValue[], decide: (expression: string) => boolean = () => true) {
  const log: string[] = [];
  const prompts: string[] = [];
  let state = firstChainState(steps, 'in');
  for (;;) {
    const move = nextChainMove(steps, state);
    expect(nextChainMove(steps, JSON.parse(JSON.stringify(state)))).toEqual(move);
    if (move.kind === 'end') return { log, prompts, move, context: chainContext(state) };
    switch (move.kind) {
      case 'call':
        log.push(`${move.step.name}#${move.run}`);
        prompts.push(fillTemplate(move.step.promptTemplate, chainContext(state), 'prompt'));
        state = afterCall(steps, state, answers.shift() ?? null);
        break;
      case 'condition':
        state = afterCondition(steps, state, decide(move.expression));
        break;
      case 'gate':
        state = afterGate(steps, state, decide(move.expression));
    }
  }
}

describe('the order of a chain', () => {
  test('each step sees the input and the values of the steps before it', () => {
    const steps = stepsOf(
      { name: 'outline', promptTemplate: 'On {initial_input}' },
      { name: 'titles', promptTemplate: 'For {outline.title}: {initial_input}' },
    );
    const { prompts, move, context } = run(steps, [{ title: 'T' }, ['a', 'b']]);
    expect(prompts).toEqual(['On in', 'For T: in']);
    expect(move).toEqual({ kind: 'end', finalOutput: ['a', 'b'] });
    expect(context).toEqual({ initial_input: 'in', outline: { title: 'T' }, titles: ['a', 'b'] });
  });

  test('a step whose condition does not hold is left out', () => {
    const steps = stepsOf({ name: 'a' }, { name: 'b', condition: 'no' }, { name: 'c', promptTemplate: '[{b?}]' });
    const { log, prompts, context } = run(steps, ['1', '3'], () => false);
    expect(log).toEqual(['a#0', 'c#0']);
    expect(prompts[1]).toBe('[]');
    expect(context).toEqual({ initial_input: 'in', a: '1', c: '3' });
  });

  test('a chain of which no step ran has no output', () => {
    expect(run(stepsOf({ name: 'a', condition: 'no' }), [], () => false).move).toEqual({
      kind: 'end',
      finalOutput: null,
    });
  });
});

describe('gates', () => {
  const back = (afterwards?: string) =>
    stepsOf(
      { name: 'draft', promptTemplate: 'draft {review?}' },
      {
        name: 'review',
        gate: { condition: 'good', otherwise: { goBackTo: 'draft', times: 2, ...(afterwards && { afterwards }) } },
      },
      { name: 'final' },
    );

  test('an open gate lets the chain go on', () => {
    expect(run(back(), ['d', 'r', 'f']).log).toEqual(['draft#0', 'review#0', 'final#0']);
  });

  test('a gate that stops ends the chain with what it has', () => {
    const steps = stepsOf({ name: 'a', gate: { condition: 'no', otherwise: 'stop' } }, { name: 'b' });
    expect(run(steps, ['1'], () => false).move).toEqual({ kind: 'end', finalOutput: '1', stoppedAt: 'a' });
  });

  test('a gate goes back so many times and no more, and the steps see what came of the round before', () => {
    const { log, prompts, move } = run(back(), ['d0', 'r0', 'd1', 'r1', 'd2', 'r2'], () => false);
    expect(log).toEqual(['draft#0', 'review#0', 'draft#1', 'review#1', 'draft#2', 'review#2']);
    expect(prompts.filter((prompt) => prompt.startsWith('draft'))).toEqual(['draft ', 'draft r0', 'draft r1']);
    expect(move).toEqual({ kind: 'end', finalOutput: 'r2', stoppedAt: 'review' });
  });

  test('a gate that opens on the second try goes on', () => {
    const open = [false, true];
    const { log, move } = run(back(), ['d', 'r', 'd', 'r', 'f'], () => open.shift() ?? true);
    expect(log).toEqual(['draft#0', 'review#0', 'draft#1', 'review#1', 'final#0']);
    expect(move).toEqual({ kind: 'end', finalOutput: 'f' });
  });

  test('afterwards decides what follows the last return', () => {
    expect(run(back('goOn'), ['d', 'r', 'd', 'r', 'd', 'r', 'f'], () => false).move).toMatchObject({
      finalOutput: 'f',
    });
    expect(() => run(back('fail'), [], () => false)).toThrow('still shut after going back 2 times to "draft"');
  });
});

describe('what could not run is refused before the first call', () => {
  test.each([
    ['two steps of one name', [{ name: 'a' }, { name: 'a' }], 'steps[1].name', 'the name of steps[0] already'],
    ['a reserved name', [{ name: 'initial_input' }], 'steps[0].name', 'a meaning of its own'],
    ['a name of every object', [{ name: 'constructor' }], 'steps[0].name', 'every object'],
    [
      'an unknown placeholder',
      [{ name: 'a', promptTemplate: '{b}' }],
      'steps[0].promptTemplate',
      'unknown placeholder {b}',
    ],
    ['a misspelt one', [{ name: 'out' }, { name: 'b', system: '{ou}' }], 'steps[1].system', 'did you mean "out"?'],
    [
      'a step that comes later',
      [{ name: 'a', promptTemplate: '{b}' }, { name: 'b' }],
      'steps[0].promptTemplate',
      'comes later; write {b?}',
    ],
    ['its own value', [{ name: 'a', promptTemplate: '{a}' }], 'steps[0].promptTemplate', '{a} may be missing'],
    [
      'a step with a condition',
      [
        { name: 'a', condition: 'x' },
        { name: 'b', promptTemplate: '{a}' },
      ],
      'steps[1].promptTemplate',
      'has a condition; write {a?}',
    ],
    [
      'a gate to nowhere',
      [{ name: 'a', gate: { condition: 'x', otherwise: { goBackTo: 'z', times: 1 } } }],
      'steps[0].gate.otherwise.goBackTo',
      'there is no step "z"',
    ],
    [
      'a gate forward',
      [{ name: 'a', gate: { condition: 'x', otherwise: { goBackTo: 'b', times: 1 } } }, { name: 'b' }],
      'steps[0].gate.otherwise.goBackTo',
      'comes later',
    ],
  ])('%s', (_case, steps, field, message) => {
    const refused = refusal(stepsOf(...steps));
    expect(refused).toMatchObject({ type: 'InvalidInput', field });
    expect(refused.message).toContain(message);
  });

  test('an empty chain', () => expect(refusal([])).toMatchObject({ type: 'InvalidInput', field: 'steps' }));
});

describe('how many steps a chain runs at most', () => {
  const gate = (goBackTo: string, times: number) => ({ condition: 'true', otherwise: { goBackTo, times } });

  test('each return of a gate counts the steps between once more', () => {
    expect(mostCalls(stepsOf({ name: 'a' }, { name: 'b' }))).toBe(2);
    const steps = stepsOf({ name: 'a' }, { name: 'b', gate: gate('b', 3) }, { name: 'c', gate: gate('a', 2) });
    expect(mostCalls(steps)).toBe(3 + 3 + 2 * 3);
  });

  test('is the number that a chain comes to whose gates never open', () => {
    const last = { condition: 'false', otherwise: { goBackTo: 'a', times: 2, afterwards: 'goOn' } };
    const own = { condition: 'false', otherwise: { goBackTo: 'b', times: 3, afterwards: 'goOn' } };
    const steps = stepsOf({ name: 'a' }, { name: 'b', gate: own }, { name: 'c', gate: last });
    expect(run(steps, [], () => false).log).toHaveLength(mostCalls(steps));
  });

  test('more than a result can name are refused, with both numbers', () => {
    const many = (times: number) => stepsOf(...[...'abcdefghij'].map((name) => ({ name, gate: gate('a', times) })));
    expect(() => checkChain(many(18))).not.toThrow();
    expect(refusal(many(19))).toMatchObject({ field: 'steps', message: expect.stringMatching(/1055 .*1000/) });
  });
});
