import type { HandlerContext } from 'cadenza/worker';

/** A handler: a step of a pipeline. Here the order that a message is about, such as "AB-1234". */
export async function find_order(
  { text }: { text: string },
  { prefix = 'AB' }: { prefix?: string },
  context: HandlerContext,
): Promise<{ number: string | null }> {
  const number = new RegExp(`\\b${prefix}-\\d{4}\\b`).exec(text)?.[0] ?? null;
  context.log('looked for an order', { found: number !== null });
  return { number };
}
