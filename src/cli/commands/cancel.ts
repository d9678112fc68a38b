import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { runningEnvelope } from '../attend-run';
import { followRun, tendWhileWaiting } from '../follow-run';
import { takeInterrupt } from '../interrupt';
import { COMMAND } from '../command-name';
import { tellDetached } from '../show-run';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';

export type CancelOptions = { wait?: boolean; json?: boolean };

/**
 * `cadenza cancel <id>`: returns when the server has taken the request, with `wait` at the end of the run. A run that
 * has ended already is left as it is, and that is no error.
 */
export function cancel(terminal: Terminal, id: string, { wait = false, json = false }: CancelOptions): Promise<number> {
  return withRun(terminal, id, 'any', async (session, handle) => {
    const before = await handle.envelope();
    if (before.status !== 'running' && before.status !== 'paused') {
      terminal.say(`Nothing to cancel: the run has ended (${before.status.replace('_', ' ')}).`);
      if (json) terminal.printJson(before);
      return EXIT.ok;
    }
    await handle.cancel();
    if (!wait) {
      terminal.say(`Cancel requested; \`${COMMAND} status ${shellWord(id)}\` shows when it has ended.`);
      if (json) terminal.printJson(runningEnvelope(handle));
      return EXIT.ok;
    }
    const interrupt = takeInterrupt();
    const stopTending = tendWhileWaiting(session, terminal);
    const envelope = await followRun(handle, { signal: interrupt.signal }).finally(stopTending);
    if (!envelope) {
      terminal.say('The cancel was requested.');
      tellDetached(terminal, [handle]);
      if (json) terminal.printJson(runningEnvelope(handle));
      return EXIT.interrupted;
    }
    interrupt.release();
    terminal.say(`The run has ended: ${envelope.status.replace('_', ' ')}.`);
    if (json) terminal.printJson(envelope);
    return EXIT.ok;
  });
}
