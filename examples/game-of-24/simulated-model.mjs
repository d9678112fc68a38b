// A simulated model for the Game of 24: a program that answers the prompts of tree.yaml, not a language model. Its
// verdicts come from an exact solver and are then made wrong now and then, as a model's would be. Needs Node.js only.
//   node examples/game-of-24/simulated-model.mjs
// Options: --port 8824, --seed 7, --noise 0.25 (wrong verdicts), --k 10 (moves it proposes), --quirks (careless
// formats), --delay 0 (milliseconds that an answer takes).
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const text = (value) => ({ type: 'string', default: value });
const { values: given } = parseArgs({
  options: {
    port: text('8824'),
    seed: text('7'),
    noise: text('0.25'),
    k: text('10'),
    delay: text('0'),
    quirks: { type: 'boolean', default: false },
  },
});
const [seed, noise, most, delayMs] = [given.seed, given.noise, given.k, given.delay].map(Number);

/** A number from 0 to 1 that the parts decide: the same question always gets the same answer. */
function chance(...parts) {
  const digest = createHash('sha256')
    .update([seed, ...parts].join('\x1f'))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

// Exact fractions, as [numerator, denominator].
const gcd = (a, b) => (b === 0 ? Math.abs(a) : gcd(b, a % b));
function fraction(over, under = 1) {
  const by = (gcd(over, under) || 1) * (under < 0 ? -1 : 1);
  return [over / by, under / by];
}
const OPERATIONS = {
  '+': ([a, b], [c, d]) => fraction(a * d + c * b, b * d),
  '-': ([a, b], [c, d]) => fraction(a * d - c * b, b * d),
  '*': ([a, b], [c, d]) => fraction(a * c, b * d),
  '/': ([a, b], [c, d]) => (c === 0 ? undefined : fraction(a * d, b * c)),
};
const compare = ([a, b], [c, d]) => a * d - c * b;
const equals = (a, b) => compare(a, b) === 0;
const shown = ([over, under]) => (under === 1 ? String(over) : `${over}/${under}`);
const GOAL = [24, 1];

function numberIn(word) {
  const [, over, under = '1'] = /^(-?\d+)(?:\/(\d+))?$/.exec(word) ?? [];
  return over === undefined || Number(under) === 0 ? undefined : fraction(Number(over), Number(under));
}

/** The numbers of a text that holds nothing else. */
function numbersIn(line) {
  const numbers = line.split(/\s+/).filter(Boolean).map(numberIn);
  return numbers.length === 0 || numbers.includes(undefined) ? undefined : numbers;
}

function pairs(numbers) {
  return numbers.flatMap((_, i) =>
    numbers.slice(i + 1).map((_other, offset) => {
      const j = i + 1 + offset;
      return { a: numbers[i], b: numbers[j], rest: numbers.filter((_one, k) => k !== i && k !== j) };
    }),
  );
}

const known = new Map();
/** Whether numbers can reach 24. */
function reaches(numbers) {
  const sorted = [...numbers].sort(compare);
  const key = sorted.map(shown).join(' ');
  if (!known.has(key)) known.set(key, search(sorted));
  return known.get(key);
}
function search(numbers) {
  if (numbers.length === 1) return equals(numbers[0], GOAL);
  return pairs(numbers).some(({ a, b, rest }) => {
    const made = Object.entries(OPERATIONS).flatMap(([sign, apply]) =>
      sign === '+' || sign === '*' ? [apply(a, b)] : [apply(a, b), apply(b, a)],
    );
    return made.some((one) => one && reaches([...rest, one]));
  });
}

/** All moves, as the lines that tell them. */
function moves(numbers) {
  const lines = pairs(numbers).flatMap(({ a: one, b: other, rest }) => {
    const [a, b] = compare(one, other) >= 0 ? [one, other] : [other, one];
    const steps = [
      ['+', a, b],
      ['*', a, b],
      ['-', a, b],
      ...(b[0] === 0 ? [] : [['/', a, b]]),
      ...(a[0] === 0 || equals(a, b) ? [] : [['/', b, a]]),
    ];
    return steps.map(([sign, p, q]) => {
      const made = OPERATIONS[sign](p, q);
      const left = [...rest, made].sort(compare).map(shown).join(' ');
      return `${shown(p)} ${sign} ${shown(q)} = ${shown(made)} (left: ${left})`;
    });
  });
  return [...new Set(lines)];
}

const leftOf = (line) => line.split('left: ')[1].slice(0, -1);

function propose(model, line) {
  const numbers = numbersIn(line);
  if (!numbers || numbers.length < 2) return 'No further step is possible.';
  const order = new Map(moves(numbers).map((move) => [move, chance('prop', model, line, move)]));
  const sorted = [...order.keys()].sort((a, b) => order.get(a) - order.get(b));
  const isGood = (move) => reaches(numbersIn(leftOf(move)));
  const good = sorted.filter(isGood);
  const bad = sorted.filter((move) => !isGood(move));
  const whole = bad.filter((move) => !leftOf(move).includes('/'));
  const broken = bad.filter((move) => leftOf(move).includes('/'));
  const kept = new Set([...good.slice(0, 2), ...[...whole, ...broken].slice(0, Math.max(0, most - 2))]);
  const lines = sorted.filter((move) => kept.has(move));
  if (given.quirks) {
    const slip = chance('quirk', model, line);
    if (slip < 0.15) lines.push('');
    else if (slip < 0.3) lines.push(lines[0]);
  }
  return lines.join('\n');
}

const VERDICTS = ['sure', 'likely', 'impossible'];

function judge(model, line, sample) {
  const numbers = numbersIn(line);
  const fits = numbers?.length > 1 && numbers.every(([over, under]) => over > 0 && over <= 30 * under);
  let verdict = numbers && reaches(numbers) ? 'sure' : fits ? 'likely' : 'impossible';
  if (chance('noise', model, line, sample) < noise) {
    verdict = VERDICTS[Math.floor(3 * chance('pick', model, line, sample))];
  }
  if (given.quirks) {
    const slip = chance('vq', model, line, sample);
    if (slip < 0.04) verdict = verdict[0].toUpperCase() + verdict.slice(1);
    else if (slip < 0.07) verdict = `${verdict}.`;
    else if (slip < 0.09) verdict = `${verdict}\n`;
  }
  return `${line}\nchecking ${line}\n${verdict}`;
}

/** The value of an expression of whole numbers; undefined where it is none. */
function valueOf(expression) {
  const tokens = expression.match(/\d+|[-+*/()]|\S/g) ?? [];
  let at = 0;
  const atom = () => {
    const token = tokens[at++];
    if (/^\d+$/.test(token ?? '')) return fraction(Number(token));
    const inner = token === '(' ? chain('+-', () => chain('*/', atom)) : undefined;
    return tokens[at++] === ')' ? inner : undefined;
  };
  const chain = (signs, part) => {
    let left = part();
    while (left && tokens[at] !== undefined && signs.includes(tokens[at])) {
      const apply = OPERATIONS[tokens[at++]];
      const right = part();
      left = right && apply(left, right);
    }
    return left;
  };
  const value = chain('+-', () => chain('*/', atom));
  return at === tokens.length ? value : undefined;
}

function judgeAnswer(model, problem, answer, sample) {
  const expression = answer.split('=')[0].trim();
  const value = valueOf(expression);
  const digits = (words) => (words.match(/\d+/g) ?? []).sort().join();
  const isRight = value !== undefined && equals(value, GOAL) && digits(expression) === digits(problem);
  const isWrong = chance('noise-last', model, problem, answer, sample) < noise / 2;
  return isRight !== isWrong ? 'sure' : 'impossible';
}

/** The answer that moves lead to: one expression over the numbers of the puzzle. */
function finish(problem, steps) {
  const pool = numbersIn(problem)?.map((value) => ({ value, term: shown(value) })) ?? [];
  for (const step of steps) {
    const [, p = '', sign = '', q = ''] = /^\s*(\S+) ([-+*/]) (\S+) = (\S+) \(left/.exec(step) ?? [];
    const [a, b] = [p, q].map((word) => {
      const number = numberIn(word);
      const place = number ? pool.findIndex(({ value }) => equals(value, number)) : -1;
      return place < 0 ? undefined : pool.splice(place, 1)[0];
    });
    const value = a && b && OPERATIONS[sign](a.value, b.value);
    if (!value) return 'Answer: None';
    pool.push({ value, term: `(${a.term} ${sign} ${b.term})` });
  }
  const [only] = pool;
  return pool.length === 1 && equals(only.value, GOAL) ? `Answer: ${only.term.slice(1, -1)} = 24` : 'Answer: None';
}

/** What a prompt asks for, told by its words. */
function answerTo(model, prompt, sample) {
  const input = prompt.split('Input: ').at(-1);
  const firstLine = input.split('\n')[0];
  if (prompt.startsWith('Evaluate if given numbers can reach 24')) {
    return judge(model, prompt.replace(/\n+$/, '').split('\n').at(-1), sample);
  }
  if (prompt.includes('give a judgement (sure/impossible)')) {
    const answer = prompt.split('Answer: ').at(-1);
    return judgeAnswer(model, firstLine, answer.slice(0, answer.lastIndexOf('\nJudge:')), sample);
  }
  if (prompt.includes('Possible next steps:')) return propose(model, firstLine);
  if (prompt.includes('you are only allowed to choose two')) {
    const lines = input
      .slice(firstLine.length + 1)
      .replace(/^Steps:/, '')
      .split('\n');
    return finish(
      firstLine,
      lines.filter((line) => line.includes('left: ')),
    );
  }
  return 'This simulated model knows the prompts of the Game of 24 only.';
}

const asked = new Map();

/** A chat completion. Samples without a seed go on where the last ones of the same prompt have ended. */
function complete({ model = 'simulated', messages = [], n = 1, seed: given }) {
  const prompt = messages.map(({ content }) => content).join('\n');
  const key = `${model}\n${prompt}`;
  const first = Number.isInteger(given) ? given : (asked.get(key) ?? 0);
  if (!Number.isInteger(given)) asked.set(key, first + n);
  const texts = Array.from({ length: n }, (_, index) => answerTo(model, prompt, first + index));
  const tokens = (words) => Math.ceil(Buffer.byteLength(words) / 4);
  const usage = { prompt_tokens: tokens(prompt), completion_tokens: texts.reduce((sum, one) => sum + tokens(one), 0) };
  return {
    id: 'simulated',
    object: 'chat.completion',
    created: 0,
    model,
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
    choices: texts.map((content, index) => ({
      index,
      finish_reason: 'stop',
      message: { role: 'assistant', content },
    })),
  };
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') return response.end(JSON.stringify({ object: 'list', data: [{ id: 'simulated' }] }));
  try {
    const body = complete(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (delayMs > 0) await sleep(delayMs);
    response.end(JSON.stringify(body));
  } catch {
    response.writeHead(400).end(JSON.stringify({ error: { message: 'this is no chat request' } }));
  }
});
server.keepAliveTimeout = 60_000;
server.listen({ port: Number(given.port), host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(`the simulated model listens on http://127.0.0.1:${server.address().port}/v1`),
);
