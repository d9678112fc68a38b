import type { TaskResults } from '../../contracts/model';
import type { ModelTask } from '../../contracts/names';
import { detectLanguage, languageResult } from './detect-language';
import { READ_LIMIT, breakLongWords } from './guard-text';
import type { Job } from './job';

/** Runs one job in the current thread. Libraries are loaded by the first job that needs them: most need few. */
export async function runModel({ model, input, textLength }: Job): Promise<TaskResults[ModelTask]> {
  const result = await answer(model, { ...input, text: input.text.slice(0, READ_LIMIT) });
  if (textLength <= READ_LIMIT) return result;
  const cut = `Only the first ${READ_LIMIT.toLocaleString('en')} characters were read.`;
  const note = 'note' in result && result.note !== undefined ? `${result.note} ${cut}` : cut;
  return { ...result, note };
}

async function answer(model: Job['model'], input: Job['input']): Promise<TaskResults[ModelTask]> {
  const guarded = breakLongWords(input.text);
  const language = await detectLanguage(guarded);
  switch (model) {
    case 'language':
      return languageResult(language, input.labels);
    case 'classifier': {
      const { classifyText } = await import('./classify-text.js');
      return classifyText(guarded, input.labels ?? [], language);
    }
    case 'sentiment': {
      const { analyzeSentiment } = await import('./analyze-sentiment.js');
      return analyzeSentiment(guarded, language);
    }
    case 'entities': {
      const { findEntities } = await import('./find-entities.js');
      return findEntities(input.text, input.entityTypes ?? [], language);
    }
    case 'summarizer': {
      const { summarizeText } = await import('./summarize-text.js');
      return summarizeText(input.text, input, language);
    }
  }
}
