import { evaluateJob } from '../../../src/evaluator/evaluate-job';
import { parseExpression } from '../../../src/evaluator/parse-expression';

const scope = { extract: { text: 'Invoice 17 of March', pages: 3 }, input: { items: [{ n: 1 }, { n: 5 }] } };
const evaluate = (expression: string) => evaluateJob({ expression, scope });

describe('expressions', () => {
  test.each([
    ['$length(extract.text) > 5', true],
    ['extract.pages + 1', 4],
    ['input.items[n > 2].n', 5],
    ['$sum(input.items.n)', 6],
    ['extract.nothing', null],
    ['$match(extract.text, /([a-z]+) (\\d+)/i).groups', ['Invoice', '17']],
    ['$replace(extract.text, /\\d/, "#")', 'Invoice ## of March'],
    ['$split("a1b22c", /\\d+/)', ['a', 'b', 'c']],
    ['$contains(extract.text, /^invoice/i)', true],
  ])('%s', async (expression, value) => {
    await expect(evaluate(expression)).resolves.toEqual({ value });
  });

  test.each([
    ['an endless recursion', '($f := function($n) { 1 + $f($n + 1) }; $f(0))', 'deep'],
    ['an endless loop', '($f := function($n) { $f($n + 1) }; $f(0))', 'took longer'],
    ['a look-behind', '$match(extract.text, /(?<=x)y/)', 'not regular'],
    ['a text where a number belongs', 'extract.text + 1', 'error T2001'],
    ['a syntax error', 'extract.', 'Unexpected end'],
  ])('%s ends with a problem', async (_case, expression, problem) => {
    await expect(evaluate(expression)).resolves.toEqual({ problem: expect.stringContaining(problem) });
  });

  test('a pattern that hangs a backtracking engine is linear here', async () => {
    const hostile = { text: `${'a'.repeat(50_000)}!` };
    const start = Date.now();
    await expect(evaluateJob({ expression: '$contains(text, /^(a+)+$/)', scope: hostile })).resolves.toEqual({
      value: false,
    });
    expect(Date.now() - start).toBeLessThan(2_000);
  });

  test('a problem does not quote the values it worked on', async () => {
    expect(JSON.stringify(await evaluate('$number(extract.text)'))).not.toContain('Invoice');
  });
});

describe('names in an expression', () => {
  test.each([
    ['$length(extract.text) > 100', ['extract'], []],
    ['a.b[c > 1].d = e', ['a', 'e'], ['c']],
    ["classify.type = 'invoice' and input.x", ['classify', 'input'], []],
    ['$sum(items.(n * 2))', ['items'], ['n']],
    ["'text' & $string(x)", ['x'], []],
    ['$map(list, function($v) { $v.x + y })', ['list'], ['y']],
    ['list[0].x ? a : b', ['list', 'a', 'b'], []],
    ['**.price', [], []],
  ])('%s', (expression, outer, inner) => {
    const parsed = parseExpression(expression);
    expect(
      parsed.ok && { outer: parsed.outer.sort(), inner: parsed.inner.filter((name) => !outer.includes(name)).sort() },
    ).toEqual({
      outer: [...outer].sort(),
      inner: [...inner].sort(),
    });
  });

  test('what does not parse says where', () => {
    expect(parseExpression('a = = b')).toEqual({ ok: false, problem: expect.stringMatching(/at character 5/) });
  });
});
