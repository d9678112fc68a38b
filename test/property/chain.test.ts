import fc from 'fast-check';
import { checkInput } from '../../src/contracts/check-input.schema';
import type { ChainStep } from '../../src/contracts/chain.schema';
import { afterCall, afterCondition, afterGate, firstChainState, nextChainMove } from '../../src/core/chain/chain-state';
import { fillTemplate, placeholdersOf, textOfValue } from '../../src/core/prompts/template';
import { propertyRuns } from '../helpers/property-runs';

const options = { seed: 20261123, numRuns: propertyRuns(300) };

const chain = fc
  .array(fc.record({ conditional: fc.boolean(), back: fc.nat(), times: fc.integer({ min: 0, max: 3 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map(
    (drawn) =>
      checkInput('chain', {
        initialPrompt: 'x',
        steps: drawn.map(({ conditional, back, times }, index) => ({
          name: `s${index}`,
          promptTemplate: 'p',
          ...(conditional && { condition: 'c' }),
          ...(times > 0 && { gate: { condition: 'g', otherwise: { goBackTo: `s${back % (index + 1)}`, times } } }),
        })),
      }).steps,
  );

test('whatever gates and conditions say, a chain ends, and no gate goes back more often than it may', () => {
  fc.assert(
    fc.property(chain, fc.infiniteStream(fc.boolean()), (steps: ChainStep[], holds) => {
      let state = firstChainState(steps, 'x');
      let calls = 0;
      for (let moves = 0; ; moves += 1) {
        // Six steps whose gates go back three times each: at most 19 passes.
        expect(moves).toBeLessThan(6 * 3 * 20);
        const move = nextChainMove(steps, state);
        if (move.kind === 'end') break;
        const held = holds.next().value as boolean;
        if (move.kind === 'condition') state = afterCondition(steps, state, held);
        else if (move.kind === 'gate') state = afterGate(steps, state, held);
        else {
          expect(move.run).toBe(state.runs[move.step.name] ?? 0);
          state = afterCall(steps, state, calls++);
        }
      }
      const returns = Object.values(state.returns).reduce((sum, count) => sum + count, 0);
      for (const { name, gate } of steps) {
        const may = gate && gate.otherwise !== 'stop' ? gate.otherwise.times : 0;
        expect(state.returns[name] ?? 0).toBeLessThanOrEqual(may);
        expect(state.runs[name] ?? 0).toBeLessThanOrEqual(returns + 1);
      }
    }),
    options,
  );
});

const noBrace = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[{}]/g, ''));

test('a template gives its literal text and its values, and no value is looked into', () => {
  fc.assert(
    fc.property(noBrace, fc.jsonValue(), noBrace, fc.string(), (before, first, between, second) => {
      // Text with braces is what an attacker would put in.
      const scope = { a: first as string, b: `{a}{{${second}}}` };
      const filled = fillTemplate(`${before}{a}${between}{b}{{`, scope, 'p');
      expect(filled).toBe(`${before}${textOfValue(scope.a)}${between}${scope.b}{`);
    }),
    options,
  );
});

test('any text is a template once its braces are doubled', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const template = text.replace(/[{}]/g, (brace) => brace + brace);
      expect(placeholdersOf(template, 'p')).toEqual([]);
      expect(fillTemplate(template, {}, 'p')).toBe(text);
    }),
    options,
  );
});
