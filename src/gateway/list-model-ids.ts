/**
 * The ids of an OpenAI-compatible endpoint's models, in its order.
 * @throws Error where it can not be reached in time or answers anything else; the message holds no key and no body
 */
export async function listModelIds(
  baseUrl: string,
  { timeoutMs, key }: { timeoutMs: number; key?: string },
): Promise<string[]> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/models`, {
    headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`GET /models answered ${response.status}`);
  }
  const body = (await response.json()) as { data?: unknown } | null;
  const data: unknown[] = Array.isArray(body?.data) ? body.data : [];
  return data.flatMap((item) => {
    const id = (item as { id?: unknown } | null)?.id;
    return typeof id === 'string' && id !== '' ? [id] : [];
  });
}
