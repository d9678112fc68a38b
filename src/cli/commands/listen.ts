import { createEventEndpoint, eventDocuments } from '../../client';
import { createAuthentication } from '../../client/events/authentication';
import { readEnvironment } from '../../config/environment';
import { check } from '../../contracts/check-input.schema';
import { tenantSchema } from '../../contracts/common.schema';
import { NO_TENANT } from '../../contracts/content';
import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import { EXIT } from '../../contracts/run';
import { createEventTally } from '../event-tally';
import { tendWhileWaiting } from '../follow-run';
import { takeInterrupt, untilAborted } from '../interrupt';
import { portIn } from '../port-in';
import { cleanLine } from '../render/clean-text';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';

export type ListenOptions = { router: string; host: string; port: string; tenant?: string };

/** `cadenza listen --router ID`: takes events by HTTP until Ctrl-C. Returns the exit status. */
export async function listen(terminal: Terminal, options: ListenOptions): Promise<number> {
  const port = portIn(options.port);
  const tenant = options.tenant === undefined ? NO_TENANT : check(tenantSchema, options.tenant, '--tenant');
  const environment = readEnvironment();
  const credentials = { token: environment.eventsToken, secrets: environment.eventsSecrets };
  // Refuses what can not work before a server is started for it.
  createAuthentication(credentials);
  return withRun(terminal, options.router, 'any', async (session, { pattern }) => {
    if (pattern !== 'eventRouter') throw notARouter(options.router, pattern);
    const { cadenza } = session;
    const tally = createEventTally(terminal);
    const endpoint = createEventEndpoint({
      ...credentials,
      accept: (events) => cadenza.emit(options.router, events),
      storeBytes: eventDocuments(environment.store, { namespace: cadenza.namespace, tenant }, environment),
      onAnswer: tally.count,
    });
    const address = await endpoint.listen(port, options.host);
    const interrupt = takeInterrupt(['SIGINT', 'SIGTERM']);
    const stopTending = tendWhileWaiting(session, terminal);
    terminal.say(introduction(address, options.router, credentials.token !== undefined));
    tally.start();
    await untilAborted(interrupt.signal);
    terminal.say('Ending: requests in flight are answered first.');
    await endpoint.close();
    stopTending();
    tally.end();
    interrupt.release();
    return EXIT.ok;
  });
}

function notARouter(id: string, pattern: string): CadenzaError {
  return new CadenzaError(
    'InvalidInput',
    `the run "${shown(id)}" is a ${pattern}, and only an eventRouter takes events`,
    { field: 'router' },
  );
}

function introduction(address: string, router: string, hasToken: boolean): string {
  const host = new URL(address).hostname;
  const lines = [`Events for ${cleanLine(router)} are taken at ${address}. Ctrl-C ends it; the router goes on.`];
  if (hasToken) {
    lines.push(
      'To try it:',
      `  curl ${address} -H "Authorization: Bearer $CADENZA_EVENTS_TOKEN" -H 'Content-Type: application/cloudevents+json' -d '{"specversion":"1.0","id":"1","source":"/curl","type":"hello.world","data":{"text":"hello"}}'`,
    );
  } else {
    lines.push('Every request must be signed (Standard Webhooks) with a secret of CADENZA_EVENTS_SECRET.');
  }
  if (host !== '127.0.0.1' && host !== '[::1]') {
    lines.push('The connection is not encrypted: put a proxy with TLS in front of it.');
  }
  return lines.join('\n');
}
