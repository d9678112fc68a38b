import { attendRun } from '../attend-run';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';

/** `cadenza watch <id>`: follows a run that was started before, to its end. Returns the exit status. */
export function watch(terminal: Terminal, id: string, { json = false }: { json?: boolean }): Promise<number> {
  return withRun(terminal, id, 'any', (session, handle) => attendRun(session, terminal, { handle, title: id, json }));
}
