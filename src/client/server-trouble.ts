/** True where a call failed because the server is away, slow or starting: it may work a moment later. */
export function isServerTrouble(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  // gRPC: 4 is a deadline that was exceeded, 14 unavailable.
  return code === 4 || code === 14 || (cause !== undefined && isServerTrouble(cause));
}
