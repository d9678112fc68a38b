import { randomBytes } from 'node:crypto';
import { EXIT } from '../../contracts/run';
import { createReportServer } from '../../report/server/report-server';
import { tendWhileWaiting } from '../follow-run';
import { takeInterrupt, untilAborted } from '../interrupt';
import { portIn } from '../port-in';
import { openSession } from '../session';
import type { Terminal } from '../terminal';

export type UiOptions = { host: string; port: string };

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** `cadenza ui`: the pages of runs as they go on, until Ctrl-C. Returns the exit status. */
export async function ui(terminal: Terminal, { host, port: given }: UiOptions): Promise<number> {
  const port = portIn(given);
  const session = await openSession(terminal, { worker: 'any' });
  const token = randomBytes(24).toString('base64url');
  const isLocal = LOOPBACK.includes(host);
  const server = createReportServer({
    cadenza: session.cadenza,
    token,
    loopbackOnly: isLocal,
    temporal: (run) => session.webAddress(run),
  });
  try {
    const address = await server.listen(port, host);
    const interrupt = takeInterrupt(['SIGINT', 'SIGTERM']);
    const stopTending = tendWhileWaiting(session, terminal);
    terminal.say(introduction(address, token, isLocal));
    await untilAborted(interrupt.signal);
    stopTending();
    await server.close();
    interrupt.release();
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

function introduction(address: string, token: string, isLocal: boolean): string {
  return [
    'Runs are shown to who opens this address; it carries a token that no one else has. Ctrl-C ends it.',
    `  ${address}/?token=${token}`,
    ...(isLocal ? [] : ['The connection is not encrypted: put a proxy with TLS in front of it.']),
  ].join('\n');
}
