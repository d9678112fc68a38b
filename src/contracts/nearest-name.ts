/**
 * The allowed name closest to a misspelt one, or undefined when none is near (more than a third of it differs).
 * Distance counts changed, missing, extra and swapped letters; ties go to the earlier candidate. A name that only goes
 * on where the given one ends (`timeoutSeconds` for `timeout`) is nearer than all but those with one letter wrong.
 */
export function nearestName(given: string, allowed: readonly string[]): string | undefined {
  const wanted = given.slice(0, 100).toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const name of allowed) {
    const goesOn = wanted.length >= 4 && name.toLowerCase().startsWith(wanted);
    const distance = Math.min(editDistance(wanted, name.toLowerCase()), goesOn ? 1.5 : Infinity);
    if (
      distance <= Math.max(1, Math.floor(Math.max(wanted.length, name.length) / 3)) &&
      !(best && best.distance <= distance)
    ) {
      best = { name, distance };
    }
  }
  return best?.name;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? (before[column - 2] ?? 0) + 1
          : Infinity;
      current.push(Math.min(replaced, swapped, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** A sentence part for messages: `; did you mean "x"?` or the list of what is allowed. */
export function suggestion(given: string, allowed: readonly string[]): string {
  const near = nearestName(given, allowed);
  return near === undefined
    ? `; known: ${allowed.join(', ') || 'none'}`
    : `; did you mean "${near}"? (known: ${allowed.join(', ')})`;
}

/** A foreign name as messages show it: control characters out, at most 60 characters where nothing else is said. */
export function shown(name: string, most = 60): string {
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return clean.length > most ? `${clean.slice(0, most - 3)}...` : clean;
}
