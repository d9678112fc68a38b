import { z } from 'zod';
import { jsonValueSchema } from './common.schema';

/** A string is a reference (`input`, `step.field[0]`; a trailing `?` lets it be missing), a literal is `{ value }`. */
export const inputMappingSchema = z.union([z.string().min(1), z.strictObject({ value: jsonValueSchema })]);
export type InputMapping = z.infer<typeof inputMappingSchema>;
