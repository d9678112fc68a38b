import { DOCUMENT_TYPES } from '../../contracts/document-types';
import type { ClassificationResult, TaskInput } from '../../contracts/model';
import type { TaskContext } from './ask';
import { askStructured } from './ask';
import { dataBlock, dataRule } from './data-block';
import type { Reading } from './structured-answer';

/** The label of a text. Labels default to the document types. */
export function classification(input: TaskInput, context: TaskContext): Promise<ClassificationResult> {
  const labels = [...new Set(input.labels ?? DOCUMENT_TYPES)];
  return chooseLabel('classification', 'You classify texts: choose the label that fits best.', labels, input, context);
}

/** The mood of a text: positive, negative or neutral. */
export function sentiment(input: TaskInput, context: TaskContext): Promise<ClassificationResult> {
  const instruction = 'You judge the sentiment of texts: choose the label that fits the mood of the text as a whole.';
  return chooseLabel('sentiment', instruction, ['positive', 'negative', 'neutral'], input, context);
}

function chooseLabel(
  name: string,
  instruction: string,
  labels: string[],
  { text }: TaskInput,
  context: TaskContext,
): Promise<ClassificationResult> {
  const { tag, block } = dataBlock(text);
  const system = [
    instruction,
    `Labels: ${labels.map((label) => JSON.stringify(label)).join(', ')}`,
    'Answer with JSON only: {"prediction": one of the labels, "score": how sure you are, from 0 (a guess) to 1}.',
    dataRule(tag),
  ].join('\n');
  return askStructured({
    context,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: block },
    ],
    responseSchema: {
      name,
      schema: {
        type: 'object',
        properties: {
          prediction: { type: 'string', enum: labels },
          score: { type: 'number', minimum: 0, maximum: 1 },
        },
        required: ['prediction', 'score'],
        additionalProperties: false,
      },
    },
    read: (value) => readLabel(value, labels),
  });
}

function readLabel(value: unknown, labels: string[]): Reading<ClassificationResult> {
  const given = value as { prediction?: unknown; score?: unknown };
  const prediction = typeof given.prediction === 'string' ? matching(given.prediction, labels) : undefined;
  if (prediction === undefined) return { ok: false, problem: '"prediction" is not one of the labels' };
  const score = typeof given.score === 'string' && given.score.trim() !== '' ? Number(given.score) : given.score;
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) {
    return { ok: false, problem: '"score" is not a number from 0 to 1' };
  }
  return { ok: true, value: { prediction, score, scores: scoresFor(prediction, score, labels) } };
}

function matching(given: string, labels: string[]): string | undefined {
  const wanted = given.trim().toLowerCase();
  return labels.find((label) => label === given) ?? labels.find((label) => label.trim().toLowerCase() === wanted);
}

/** What the model left open is spread evenly over the other labels, none of them above its choice. */
function scoresFor(prediction: string, score: number, labels: string[]): Record<string, number> {
  const rest = Math.min(score, (1 - score) / Math.max(1, labels.length - 1));
  return Object.fromEntries(labels.map((label) => [label, label === prediction ? score : rest]));
}
