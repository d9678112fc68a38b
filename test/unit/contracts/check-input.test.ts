import { parse } from 'yaml';
import { checkInput } from '../../../src/contracts/check-input.schema';
import { isCadenzaError } from '../../../src/contracts/failures';
import type { Pattern } from '../../../src/contracts/names';
import { PATTERNS } from '../../../src/contracts/names';

/** Section 3 of the design, word for word where it is data. */
const EXAMPLES: Record<Exclude<Pattern, 'batch'>, string> = {
  chain: `
initialPrompt: "durable execution"
steps:
  - { name: outline, promptTemplate: "Outline an article on {initial_input}", model: gpt4, temperature: 0.3, maxOutputTokens: 1024 }
  - { name: titles, promptTemplate: "Three titles for: {outline}", outputParser: lines }
`,
  routeToModel: `
task: sentiment
input: "I love it"
selector: [{ when: "task = 'sentiment'", model: sentiment_model }]
`,
  ensemble: `
task: classification
input: { text: "…", labels: [invoice, contract] }
members: [fast_classifier, { model: gpt4, weight: 2 }, { model: local_llm, samples: 3 }, { pattern: chain, config: { initialPrompt: x } }]
aggregation: weighted_vote
tieBreak: first
minVotes: 1
stop: { quorum: 3 }
`,
  cascade: `
task: classification
input: { text: "…", labels: [spam, ham] }
mode: escalate
stages: [{ model: fast_classifier, accept: { score: 0.8 } }, { model: gpt4 }]
`,
  treeOfThought: `
problem: "4 5 6 10"
numBranches: 3
depth: 3
beamWidth: 3
generate: { mode: propose, promptTemplate: "…{problem}…{path}…{state}…", model: gpt4, temperature: 0.7 }
evaluate: { mode: verdict, promptTemplate: "…{thought}…", samples: 3, verdicts: { sure: 20, likely: 1, impossible: 0.001 } }
`,
  pipeline: `
failFast: true
input: { text: hello }
steps:
  - { name: extract, handler: extract_text, inputs: { document: input } }
  - { name: opinion, pattern: ensemble, config: { task: classification, members: [a, b] }, inputs: { input: extract.text },
      condition: "$length(extract.text) > 100", dependsOn: [extract], trigger: all_success, timeoutSeconds: 300 }
`,
  eventRouter: `
subscriptions:
  - { on: document.uploaded, handler: extract_text, inputs: { document: data.document }, emit: text.extracted }
  - { on: "text.*", definition: classify_text, filter: "data.language = 'en'" }
`,
};

const examples = Object.entries(EXAMPLES) as [Pattern, string][];
const exampleOf = (pattern: Exclude<Pattern, 'batch'>) => parse(EXAMPLES[pattern]) as Record<string, unknown>;

const refusal = (pattern: Pattern, input: unknown) => {
  try {
    checkInput(pattern, input);
  } catch (error) {
    if (isCadenzaError(error)) return { type: error.type, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
};

describe('inputs of the patterns', () => {
  test.each(examples)('%s accepts the example of the design', (pattern, text) => {
    expect(() => checkInput(pattern, parse(text))).not.toThrow();
  });

  test.each(examples)('%s gives the same again when its normal form is checked', (pattern, text) => {
    const normal = checkInput(pattern, parse(text));
    expect(checkInput(pattern, JSON.parse(JSON.stringify(normal)))).toEqual(normal);
  });

  test.each(examples)('%s carries a budget and labels', (pattern, text) => {
    const normal = checkInput(pattern, {
      ...(parse(text) as object),
      budget: { usd: 1.5, tokens: 1000, calls: 10, seconds: 60 },
      labels: { tenant: 'acme' },
    });
    expect(normal).toMatchObject({ budget: { usd: 1.5, atCap: 'stop' }, labels: { tenant: 'acme' } });
  });

  test.each(PATTERNS)('%s refuses an unknown field by name', (pattern) => {
    const base = pattern === 'batch' ? { pattern: 'chain', items: [{}] } : exampleOf(pattern);
    expect(refusal(pattern, { ...base, colour: 'red' })).toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('unknown field "colour"'),
    });
  });

  test('fills in the defaults that the design names', () => {
    const step = { name: 'a', promptTemplate: 'x' };
    expect(checkInput('chain', { initialPrompt: 'x', steps: [step] }).steps[0]).toMatchObject({
      temperature: 0.3,
      maxOutputTokens: 1024,
      outputParser: 'text',
    });
    expect(checkInput('treeOfThought', { problem: 'x', numBranches: 4 })).toMatchObject({
      depth: 3,
      beamWidth: 4,
      generate: { mode: 'propose', temperature: 0.7 },
      evaluate: { mode: 'number', temperature: 0 },
    });
    expect(checkInput('ensemble', { task: 'sentiment', input: 'x', members: ['a'] })).toMatchObject({
      aggregation: 'majority_vote',
      tieBreak: 'first',
      minVotes: 1,
    });
    expect(checkInput('pipeline', { definition: 'document_analysis' })).toMatchObject({ failFast: true, input: null });
  });
});

describe('refusals', () => {
  const steps = (step: object) => ({ steps: [{ name: 'a', handler: 'classify', ...step }] });

  test.each([
    ['a misspelt field', { ...steps({}), failfast: true }, undefined, 'did you mean "failFast"?'],
    ['a misspelt field of a step', steps({ timeoutSecond: 3 }), 'steps[0]', 'did you mean "timeoutSeconds"?'],
    [
      'a field that is only half written',
      steps({ handler: undefined, approval: { message: 'Go on?', timeout: 5 } }),
      'steps[0].approval',
      'did you mean "timeoutSeconds"?',
    ],
    ['no attempts', steps({ retryCount: 0 }), 'steps[0].retryCount', 'must be at least 1, got 0'],
    ['a step name with a space', steps({ name: 'my step' }), 'steps[0].name', 'got "my step"'],
    [
      'a trigger that does not exist',
      steps({ trigger: 'all_succes' }),
      'steps[0].trigger',
      'did you mean "all_success"?',
    ],
    ['two kinds of step at once', steps({ wait: { seconds: 1 } }), 'steps[0]', 'got handler and wait'],
    ['neither definition nor steps', {}, undefined, 'exactly one of definition and steps'],
    ['steps that are no list', { steps: 'all' }, 'steps', 'expected array, got "all"'],
    ['a negative budget', { ...steps({}), budget: { usd: -1 } }, 'budget.usd', 'must be more than 0, got -1'],
    ['a tenant that climbs folders', { ...steps({}), labels: { tenant: '../x' } }, 'labels.tenant', 'got "../x"'],
    ['a null', null, undefined, 'expected object, got null'],
  ])('%s is refused with its field and what is allowed', (_case, input, field, message) => {
    const refused = refusal('pipeline', input);
    expect(refused).toMatchObject({ type: 'InvalidInput', field });
    expect(refused.message).toContain(message);
  });

  test('the branch of a union that the person meant is the one that is explained', () => {
    const input = { task: 'sentiment', input: 'x', members: ['a', { model: 'b', wieght: 2 }] };
    expect(refusal('ensemble', input)).toMatchObject({
      field: 'members[1]',
      message: expect.stringContaining('did you mean "weight"?'),
    });
  });

  test('an unknown task lists the known ones', () => {
    expect(refusal('routeToModel', { task: 'classify', input: 'x' }).message).toContain('classification, generation');
  });

  test('a long text never appears in the message', () => {
    const secret = 'the quick brown fox jumps over the lazy dog '.repeat(3);
    const { message } = refusal('treeOfThought', { problem: 'x', depth: secret });
    expect(message).not.toContain('fox');
    expect(message).toContain(`a string of ${secret.length} characters`);
  });

  test('control characters of a foreign field name are taken out', () => {
    expect(refusal('pipeline', { ...steps({}), ['\u001b[31mred']: 1 }).message).not.toContain('\u001b');
  });
});

test('a field that takes several kinds says which', () => {
  expect(() => checkInput('routeToModel', { task: 'sentiment', input: 5 })).toThrow(
    'routeToModel input: input: expected string or object, got 5',
  );
});

test('a label with a name that is not allowed is told what is, and not its value', () => {
  const input = { task: 'sentiment', input: 'x', labels: { '1st': 'value' } };
  expect(() => checkInput('routeToModel', input)).toThrow(
    /labels\.1st: is no name that is allowed here: a letter, then letters, digits, _ \. and -, at most 63$/,
  );
});
