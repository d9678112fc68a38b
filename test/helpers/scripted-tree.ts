import type { GivenInput } from '../../src/contracts/check-input.schema';
import type { RecordedRequest, ScriptedAnswer, ScriptedReply } from './scripted-model-server';

/** Templates that say what a prompt is for in their first line, and about which thoughts in those after it. */
export const TREE_PROMPTS = {
  generate: { promptTemplate: 'generate\n{path}' },
  evaluate: { promptTemplate: 'evaluate\n{path}' },
} as const satisfies Partial<GivenInput<'treeOfThought'>>;

/** What a scripted model says of the thoughts so far; what is left out is sensible. */
export type TreeScript = {
  thoughts?: (path: string[], sample: number | undefined) => string[] | ScriptedReply;
  score?: (path: string[]) => number | ScriptedReply;
  vote?: (candidates: string) => ScriptedReply;
  answer?: (path: string[]) => ScriptedReply;
  goal?: (thought: string) => ScriptedReply;
};

/** What one request was for, and about which thoughts. */
export function askedOf({ body }: RecordedRequest): { kind: string; path: string[] } {
  const [kind = '', ...path] = (body.messages?.at(-1)?.content ?? '').split('\n').filter((line) => line !== '');
  return { kind, path };
}

/** A scripted model for trees that ask with {@link TREE_PROMPTS} and templates like them. */
export function treeAnswers(script: TreeScript): ScriptedAnswer {
  return (request) => {
    const { kind, path } = askedOf(request);
    const last = path.at(-1) ?? '';
    switch (kind) {
      case 'generate': {
        const thoughts = script.thoughts?.(path, request.body.seed) ?? ['a', 'b'].map((name) => `${last}${name}`);
        return Array.isArray(thoughts) ? thoughts.join('\n') : thoughts;
      }
      case 'evaluate': {
        const score = script.score?.(path) ?? 0.5;
        return typeof score === 'number' ? `Score: ${score}` : score;
      }
      case 'vote':
        return script.vote?.(path.join('\n')) ?? 'The best choice is 1';
      case 'answer':
        return script.answer?.(path) ?? `solution ${path.join('/')}`;
      case 'goal':
        return script.goal?.(last) ?? 'no';
      default:
        return { status: 400, error: { message: `unknown prompt ${kind}` } };
    }
  };
}
