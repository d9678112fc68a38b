/** The first sample that gave the answer that most gave; of equals the answer that came first. Undefined for none. */
export function leadingSample(keys: readonly (string | undefined)[]): number | undefined {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const at = keys.findIndex((key) => key !== undefined && counts.get(key) === most);
  return at === -1 ? undefined : at;
}
