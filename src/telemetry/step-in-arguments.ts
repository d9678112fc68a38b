/** The name of the step that an Activity works for, where its arguments say so. */
export function stepInArguments(args: readonly unknown[]): string | undefined {
  for (const arg of args) {
    const { step, call } = (arg ?? {}) as { step?: unknown; call?: { step?: unknown } };
    const name = typeof step === 'string' ? step : call?.step;
    if (typeof name === 'string' && name !== '') return name.slice(0, 200);
  }
  return undefined;
}
