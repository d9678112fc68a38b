/** Milliseconds of processor time that this process has taken so far: other processes of a busy machine do not count. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
