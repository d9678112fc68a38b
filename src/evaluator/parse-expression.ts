import jsonata from 'jsonata';

/** What is known of an expression without evaluating it. */
export type ParsedExpression = { ok: true; names: string[] } | { ok: false; problem: string };

type Node = { type?: string; value?: unknown; steps?: Node[] } & Record<string, unknown>;

const MAX_NODES = 20_000;

/**
 * Parses an expression: the names at the start of its paths (what it may refer to, each once), or why it does not parse.
 */
export function parseExpression(expression: string): ParsedExpression {
  try {
    const names = new Set<string>();
    collect(jsonata(expression).ast() as unknown as Node, names);
    return { ok: true, names: [...names] };
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number };
    return {
      ok: false,
      problem: `${message ?? 'does not parse'}${position === undefined ? '' : ` (at character ${position})`}`,
    };
  }
}

/** Every first name of every path: a superset of what the root object is asked for. */
function collect(root: Node, names: Set<string>): void {
  const queue: unknown[] = [root];
  for (let seen = 0; queue.length > 0 && seen < MAX_NODES; seen += 1) {
    const node = queue.pop();
    if (typeof node !== 'object' || node === null) continue;
    const { type, value, steps } = node as Node;
    if (type === 'name') names.add(String(value));
    // Later names of a path belong to what its first step yields; their predicates are looked into all the same.
    if (type === 'path') queue.push(steps?.[0], ...(steps ?? []).slice(1).map(withoutName));
    else queue.push(...Object.values(node));
  }
}

function withoutName(step: Node): Node {
  return step.type === 'name' ? { ...step, type: 'later-step' } : step;
}
