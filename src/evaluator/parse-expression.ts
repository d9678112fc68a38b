import jsonata from 'jsonata';

/** What is known of an expression without evaluating it. */
export type ParsedExpression =
  | { ok: true; /** Asked of the root. */ outer: string[]; /** Asked of what a path has led to. */ inner: string[] }
  | { ok: false; problem: string };

type Node = { type?: string; value?: unknown; steps?: Node[] } & Record<string, unknown>;

const MAX_NODES = 20_000;

/** Parses an expression: the names at the start of its paths, each once, or why it does not parse. */
export function parseExpression(expression: string): ParsedExpression {
  try {
    const names = { outer: new Set<string>(), inner: new Set<string>() };
    collect(jsonata(expression).ast() as unknown as Node, names);
    return { ok: true, outer: [...names.outer], inner: [...names.inner] };
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number };
    return {
      ok: false,
      problem: `${message ?? 'does not parse'}${position === undefined ? '' : ` (at character ${position})`}`,
    };
  }
}

type Names = { outer: Set<string>; inner: Set<string> };

/** Every first name of every path. Inside later steps, predicates and blocks of a path the context is another one. */
function collect(root: Node, names: Names): void {
  const queue: { node: unknown; kind: keyof Names }[] = [{ node: root, kind: 'outer' }];
  for (let seen = 0; queue.length > 0 && seen < MAX_NODES; seen += 1) {
    const { node, kind } = queue.pop() as { node: unknown; kind: keyof Names };
    if (typeof node !== 'object' || node === null) continue;
    const { type, value, steps, ...rest } = node as Node;
    if (type === 'name') names[kind].add(String(value));
    if (type === 'path') {
      queue.push({ node: steps?.[0], kind });
      queue.push(...(steps ?? []).slice(1).map((step) => ({ node: withoutName(step), kind: 'inner' as const })));
      queue.push(...Object.values(rest).map((child) => ({ node: child, kind: 'inner' as const })));
    } else {
      // Predicates hang on the step they filter; functions have parameters of their own.
      const inside = type === 'name' || type === 'later-step' || type === 'lambda' ? 'inner' : kind;
      queue.push(...Object.values({ steps, value, ...rest }).map((child) => ({ node: child, kind: inside })));
    }
  }
}

function withoutName(step: Node): Node {
  return step.type === 'name' ? { ...step, type: 'later-step' } : step;
}
