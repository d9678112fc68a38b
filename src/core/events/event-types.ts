/** True where a subscription's pattern is for a type; `*` stands for exactly one segment. */
export function matchesType(pattern: string, type: string): boolean {
  const wanted = pattern.split('.');
  const given = type.split('.');
  return (
    wanted.length === given.length && wanted.every((segment, index) => segment === '*' || segment === given[index])
  );
}

/** True for `<type>.completed` and `<type>.failed`, which emit nothing further. */
export function isOutcome(type: string): boolean {
  return /\.(completed|failed)$/.test(type);
}
