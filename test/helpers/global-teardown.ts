import { rmSync } from 'node:fs';
import { stopTemporalServer } from '../../src/embedded/temporal-server';

/** Ends the server that the setup started and removes its folder; one that was there before is left alone. */
export default async function globalTeardown(): Promise<void> {
  const home = process.env.CADENZA_TEST_HOME;
  if (!home) return;
  await stopTemporalServer(home);
  rmSync(home, { recursive: true, force: true });
  // Watch mode runs the setup again in this process.
  delete process.env.CADENZA_TEST_HOME;
  delete process.env.CADENZA_TEST_TEMPORAL_ADDRESS;
  delete process.env.CADENZA_TEST_TEMPORAL_UI;
}
