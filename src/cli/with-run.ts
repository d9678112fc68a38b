import type { RunHandle } from '../client';
import { CadenzaError } from '../contracts/failures';
import { shown } from '../contracts/nearest-name';
import type { Session, SessionOptions } from './session';
import { openExisting } from './session';
import { COMMAND } from './command-name';
import type { Terminal } from './terminal';

/** Finds a run and works with it on an open connection. @throws CadenzaError `RunNotFound` */
export async function withRun<T>(
  terminal: Terminal,
  id: string,
  worker: SessionOptions['worker'],
  work: (session: Session, handle: RunHandle) => Promise<T>,
): Promise<T> {
  const session = await openExisting(terminal, { worker });
  // Nothing has ever run here.
  if (!session) throw notFound(id);
  try {
    const handle = await session.cadenza.find(id).catch((error: unknown) => {
      throw error instanceof CadenzaError && error.type === 'RunNotFound' ? notFound(id) : error;
    });
    return await work(session, handle);
  } finally {
    await session.close();
  }
}

function notFound(id: string): CadenzaError {
  return new CadenzaError('RunNotFound', `no run has the id "${shown(id)}"; \`${COMMAND} list\` shows the runs`, {
    field: 'id',
  });
}
