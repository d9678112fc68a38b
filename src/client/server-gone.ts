/** True where the server says that it does not have what was asked for. */
export function isServerGone(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  // gRPC: 5 is not found.
  return code === 5 || (cause !== undefined && isServerGone(cause));
}
