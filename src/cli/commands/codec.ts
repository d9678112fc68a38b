import { randomBytes } from 'node:crypto';
import { createCodecEndpoint } from '../../client';
import { connectionConfig } from '../../config/connection';
import type { Environment } from '../../config/environment';
import { readEnvironment } from '../../config/environment';
import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import { EXIT } from '../../contracts/run';
import { runningServer } from '../../embedded/temporal-server';
import { takeInterrupt, untilAborted } from '../interrupt';
import { portIn } from '../port-in';
import type { Terminal } from '../terminal';

export type CodecOptions = { host: string; port: string; origin?: string[] };

const DEFAULT_UI_PORT = 8233;
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** `cadenza codec`: decrypts payloads for the Temporal UI and command line until Ctrl-C. Returns the exit status. */
export async function codec(terminal: Terminal, options: CodecOptions): Promise<number> {
  const port = portIn(options.port);
  const environment = readEnvironment();
  const origins = options.origin?.map(originIn) ?? (await ownOrigins(environment));
  const token = environment.codecToken ?? randomBytes(24).toString('base64url');
  const isLocal = LOOPBACK.includes(options.host);
  const endpoint = createCodecEndpoint({ ...environment, token, origins, loopbackOnly: isLocal });
  const address = await endpoint.listen(port, options.host);
  const interrupt = takeInterrupt(['SIGINT', 'SIGTERM']);
  const shownToken = environment.codecToken === undefined ? token : '$CADENZA_CODEC_TOKEN';
  terminal.say(introduction(address, shownToken, origins, isLocal));
  await untilAborted(interrupt.signal);
  await endpoint.close();
  interrupt.release();
  return EXIT.ok;
}

/** The Web UI of the embedded server, by both names that a browser may show. Of a cluster's nothing is known. */
async function ownOrigins(environment: Environment): Promise<string[]> {
  if (connectionConfig(environment).kind !== 'embedded') return [];
  const server = await runningServer(environment.home);
  const port = server ? new URL(server.uiUrl).port : String(environment.uiPort ?? DEFAULT_UI_PORT);
  return [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
}

function originIn(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(text);
  if (isOrigin) return url.origin;
  throw new CadenzaError(
    'InvalidInput',
    `--origin is "${shown(text)}": it must be the address of a Temporal UI without a path, such as http://localhost:8233`,
    { field: 'origin' },
  );
}

function introduction(address: string, token: string, origins: readonly string[], isLocal: boolean): string {
  const [origin] = origins;
  return [
    `Payloads are decrypted at ${address} for who has the token. Ctrl-C ends it.`,
    ...(origin === undefined
      ? ['No page may use it: `--origin` allows that of a Temporal UI.']
      : [
          `In the Temporal UI (${origin}), top right, open the data encoder or codec server settings and enter as endpoint:`,
          `  ${address}/${token}`,
          'Leave "pass access token" and "include cross-origin credentials" off.',
        ]),
    'With the Temporal command line:',
    `  temporal workflow show -w ID --codec-endpoint ${address} --codec-auth "Bearer ${token}"`,
    ...(isLocal ? [] : ['The connection is not encrypted: put a proxy with TLS in front of it.']),
  ].join('\n');
}
