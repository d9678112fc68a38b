/**
 * The names along one cycle, its first name again at the end, or undefined. Steps that can run are taken away, round by
 * round (Kahn's algorithm); from what is left, following any parent must come round.
 */
export function findCycle(steps: readonly { name: string; parents: string[] }[]): string[] | undefined {
  const left = new Map(steps.map((step) => [step.name, step.parents]));
  let shrunk = true;
  while (shrunk) {
    const free = [...left].filter(([, parents]) => !parents.some((parent) => left.has(parent)));
    free.forEach(([name]) => left.delete(name));
    shrunk = free.length > 0;
  }
  const start = left.keys().next().value;
  if (start === undefined) return undefined;
  const path: string[] = [];
  for (let name: string = start; ; name = left.get(name)?.find((parent) => left.has(parent)) as string) {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    path.push(name);
  }
}
