import { z } from 'zod';
import { contentReferenceSchema } from './common.schema';
import { MODEL_TASKS } from './names';

export const modelTaskSchema = z.enum(MODEL_TASKS);

const textSchema = z.union([z.string(), contentReferenceSchema]);

/** What a task takes: a text, or the text with what the task needs beside it. */
export const taskInputSchema = z.union([
  textSchema,
  z.strictObject({
    text: textSchema,
    labels: z.array(z.string().min(1).max(200)).min(1).max(200).optional(),
    targetLanguage: z.string().min(2).max(50).optional(),
    entityTypes: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
    maxWords: z.int().positive().max(10_000).optional(),
    documentType: z.string().max(200).optional(),
    system: z.string().max(1_000_000).optional(),
  }),
]);
