import type { JsonValue } from '../contracts/json';
import type { CallSettings, TaskInput } from '../contracts/model';
import type { ModelTask } from '../contracts/names';
import { MODEL_TASKS } from '../contracts/names';
import type { Handler } from './handler';
import type { Fields } from './handler-fields';
import { readFields } from './handler-fields';

/** What people give beside the text: schemas and repairs are for patterns. */
type TaskField = Exclude<keyof TaskInput, 'text' | 'responseSchema' | 'rejected'>;

/** What a task takes besides its text. */
const TASK_FIELDS = {
  classification: ['labels'],
  generation: ['system'],
  embedding: [],
  summarization: ['maxWords', 'documentType'],
  translation: ['targetLanguage'],
  sentiment: [],
  extraction: ['entityTypes'],
} as const satisfies Record<ModelTask, readonly TaskField[]>;

/** As the contract of a task's input has them (`task-input.schema.ts`). */
const MOST_WORDS = 10_000;
const LONGEST = { targetLanguage: 50, documentType: 200, system: 1_000_000 };
const MOST_NAMES = { labels: 200, entityTypes: 100 };

/**
 * The seven tasks as handlers: `{ text, …, model?, temperature?, maxOutputTokens?, seed? }` → the task's typed result.
 * The text is sent whole. @throws CadenzaError `InvalidInput`, and what the model call throws, such as `InputTooLarge`
 */
export function createModelTaskHandlers(): Readonly<Record<ModelTask, Handler>> {
  const handlers = MODEL_TASKS.map((task) => [task, createModelTaskHandler(task)] as const);
  return Object.fromEntries(handlers) as Record<ModelTask, Handler>;
}

function createModelTaskHandler(task: ModelTask): Handler {
  const own: readonly TaskField[] = TASK_FIELDS[task];
  const settingNames = task === 'embedding' ? [] : ['temperature', 'maxOutputTokens', 'seed'];
  const known = ['text', ...own, 'model', ...settingNames];
  return async (inputs, config, context) => {
    const fields = readFields(task, inputs, config, known);
    const text = fields.string('text');
    if (text.trim() === '') fields.refuse('text', 'text with at least one word');
    const input = { text, ...Object.fromEntries(own.flatMap((name) => entryOf(name, readTaskField(fields, name)))) };
    const model = fields.optionalString('model');
    const settings = readSettings(fields);
    const { result } = await context.ask(task, input, {
      ...(model === undefined ? {} : { model }),
      ...(Object.keys(settings).length > 0 ? { settings } : {}),
    });
    return result as JsonValue;
  };
}

function readTaskField(fields: Fields, name: TaskField): TaskInput[TaskField] {
  switch (name) {
    case 'labels':
    case 'entityTypes': {
      const names = fields.optionalStrings(name);
      if (names && names.length > MOST_NAMES[name]) fields.refuse(name, `at most ${MOST_NAMES[name]} names`);
      return names;
    }
    case 'maxWords':
      return fields.optionalInteger(name, { min: 1, max: MOST_WORDS });
    case 'targetLanguage':
    case 'documentType':
    case 'system': {
      const value = fields.optionalString(name);
      if (value !== undefined && value.length > LONGEST[name]) {
        fields.refuse(name, `at most ${LONGEST[name]} characters`);
      }
      return value === '' ? undefined : value;
    }
  }
}

function readSettings(fields: Fields): CallSettings {
  return Object.fromEntries([
    ...entryOf('temperature', fields.optionalNumber('temperature', { min: 0, max: 2 })),
    ...entryOf('maxOutputTokens', fields.optionalInteger('maxOutputTokens', { min: 1, max: 1_000_000 })),
    ...entryOf('seed', fields.optionalInteger('seed', { min: 0, max: 2_147_483_647 })),
  ]) as CallSettings;
}

function entryOf<V>(name: string, value: V | undefined): [string, V][] {
  return value === undefined ? [] : [[name, value]];
}
