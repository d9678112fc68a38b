import { checkInput } from '../../../../src/contracts/check-input.schema';
import { isCadenzaError } from '../../../../src/contracts/failures';
import { fillTemplate } from '../../../../src/core/prompts/template';
import { parseRating } from '../../../../src/core/tree/parse-rating';
import {
  checkTreePrompts,
  nodeScope,
  placeholdersOfRole,
  promptOf,
  TREE_ROLES,
  voteScope,
} from '../../../../src/core/tree/tree-prompts';

const tree = (more: object = {}) => checkInput('treeOfThought', { problem: 'How {far}?', ...more });
const verdicts = { sure: 20, likely: 1 };

const refusal = (more: object) => {
  try {
    checkTreePrompts(tree(more));
  } catch (error) {
    if (isCadenzaError(error)) return { type: error.type, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
};

describe('the prompts that ship', () => {
  test.each([
    [{}],
    [{ generate: { mode: 'sample' } }],
    [{ evaluate: { mode: 'verdict', verdicts } }],
    [{ evaluate: { mode: 'vote' } }],
    [{ answer: {}, isGoal: { model: 'm' } }],
  ])('fill for %j, with the problem in them as it is', (more) => {
    const input = tree(more);
    expect(() => checkTreePrompts(input)).not.toThrow();
    const node = { path: ['walk', 'run'], state: 'there' };
    for (const role of TREE_ROLES) {
      const { template, field } = promptOf(role, input);
      const scope = { ...nodeScope(input, node), ...voteScope(input, [node, { path: ['swim'], state: '' }]) };
      const prompt = fillTemplate(template, scope, field);
      expect(prompt).toContain('How {far}?');
      expect(prompt).toMatch(/walk\nrun|Proposed solution:\nrun/);
    }
  });

  test('an answer that keeps to the prompt can be parsed', () => {
    expect(parseRating('They get nearer.\nScore: 0.6')).toEqual({ ok: true, value: 0.6 });
  });

  test('a vote lists the ways with numbers from 1', () => {
    const scope = voteScope(tree(), [
      { path: ['a', 'b'], state: '' },
      { path: ['c'], state: '' },
    ]);
    expect(scope['candidates']).toBe('Choice 1:\na\nb\n\nChoice 2:\nc');
  });
});

describe('templates of the input', () => {
  test('have the names of their role', () => {
    const input = tree({ evaluate: { mode: 'verdict', verdicts } });
    expect(placeholdersOfRole('generate', input)).toEqual(['problem', 'path', 'state', 'depth', 'count']);
    expect(placeholdersOfRole('evaluate', input)).toContain('verdicts');
    expect(Object.keys(nodeScope(input, { path: ['x'], state: 's' }))).toEqual(
      expect.arrayContaining(TREE_ROLES.flatMap((role) => placeholdersOfRole(role, input))),
    );
  });

  test.each([
    [{ generate: { promptTemplate: '{thought}' } }, 'generate.promptTemplate', 'unknown placeholder {thought}'],
    [{ evaluate: { promptTemplate: '{thougt}' } }, 'evaluate.promptTemplate', 'did you mean "thought"?'],
    [{ evaluate: { mode: 'vote', promptTemplate: '{thought}' } }, 'evaluate.promptTemplate', 'candidates'],
    [{ evaluate: { answerPromptTemplate: '{x}' } }, 'evaluate.answerPromptTemplate', '{x}'],
    [{ answer: { promptTemplate: '{' } }, 'answer.promptTemplate', 'the "{" at character 1'],
    [{ isGoal: { model: 'm', promptTemplate: '{x}' } }, 'isGoal.promptTemplate', '{x}'],
    [{ answer: { system: '{path}' } }, 'answer.system', '{path}'],
  ])('%j is refused before the first call', (more, field, message) => {
    const refused = refusal(more);
    expect(refused).toMatchObject({ type: 'InvalidInput', field });
    expect(refused.message).toContain(message);
  });

  test('the thoughts of an answer are judged by its own template, else by that of thoughts', () => {
    const evaluate = { promptTemplate: 'A {thought}', answerPromptTemplate: 'B {answer}' };
    expect(promptOf('judge', tree({ evaluate })).template).toBe('B {answer}');
    expect(promptOf('judge', tree({ evaluate: { promptTemplate: 'A {thought}' } })).template).toBe('A {thought}');
  });
});
