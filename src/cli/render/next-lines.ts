import { widthOf } from './layout';
import type { Paint } from './paint';

const LABEL_COLUMNS = 8;

/**
 * A label and what to type or open: beside it where that fits, else below it. It is never broken, so that it can be
 * copied. Takes clean text.
 */
export function nextLines(
  entries: readonly (readonly [label: string, text: string])[],
  { columns, paint }: { columns: number; paint: Paint },
): string[] {
  return entries.flatMap(([label, text]) => {
    const start = `  ${label.padEnd(LABEL_COLUMNS)}`;
    if (widthOf(start + text) <= columns) return [paint.dim(start) + text];
    return [paint.dim(start.trimEnd()), text];
  });
}
