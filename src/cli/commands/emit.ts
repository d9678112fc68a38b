import { randomUUID } from 'node:crypto';
import type { Cadenza, GivenEvent } from '../../client';
import { CadenzaError } from '../../contracts/failures';
import type { JsonObject, JsonValue } from '../../contracts/json';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { parseInput, readInputFile } from '../input-file';
import { cleanLine } from '../render/clean-text';
import { COMMAND } from '../command-name';
import type { Session } from '../session';
import { openSession } from '../session';
import type { Terminal } from '../terminal';

export type EmitOptions = {
  router?: string;
  data?: string;
  input?: string;
  document?: string;
  id?: string;
  source?: string;
  subject?: string;
  tenant?: string;
  json?: boolean;
};

/** `cadenza emit <type>`: brings one event to a router. Returns the exit status when Temporal has it. */
export async function emit(terminal: Terminal, type: string, options: EmitOptions): Promise<number> {
  const given = await dataOf(options);
  const session = await openSession(terminal, { worker: 'any' });
  try {
    const router = options.router ?? (await onlyRouter(session.cadenza));
    const data = await withDocument(session, given, options);
    const { id = randomUUID(), source = 'cadenza/emit', subject } = options;
    const event: GivenEvent = {
      type,
      source,
      data,
      id,
      ...(subject === undefined ? {} : { subject }),
    };
    await session.cadenza.emit(router, event);
    if (options.json) terminal.printJson({ router, type, id, source });
    else
      terminal.say(`${cleanLine(router)} has it: \`${COMMAND} status ${shellWord(router)}\` shows what becomes of it.`);
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

async function dataOf({ data, input }: EmitOptions): Promise<JsonValue> {
  if (data !== undefined && input !== undefined) {
    throw new CadenzaError('InvalidInput', 'give the data with --data or with --input, not with both', {
      field: 'data',
    });
  }
  if (data !== undefined) return parseInput(data, '--data') as JsonValue;
  return input === undefined ? null : ((await readInputFile(input)) as JsonValue);
}

/** The data with a stored document as its field `document`. */
async function withDocument(
  { cadenza }: Session,
  data: JsonValue,
  { document, tenant }: EmitOptions,
): Promise<JsonValue> {
  if (document === undefined) return data;
  if (data !== null && (typeof data !== 'object' || Array.isArray(data))) {
    throw new CadenzaError('InvalidInput', '--document adds a field to the data, which has to be an object for it', {
      field: 'document',
    });
  }
  const stored = await cadenza.storeDocument(document, tenant);
  return { ...(data as JsonObject | null), document: stored } as unknown as JsonValue;
}

/** @throws CadenzaError `InvalidInput` where none or more than one goes on */
async function onlyRouter(cadenza: Cadenza): Promise<string> {
  const { runs } = await cadenza.list({ limit: 200 });
  const open = runs.filter(({ pattern, status }) => pattern === 'eventRouter' && /running|paused/.test(status));
  const [only] = open;
  if (only && open.length === 1) return only.workflowId;
  const message =
    open.length === 0
      ? `no router goes on; \`${COMMAND} run eventRouter -i FILE --detach\` starts one`
      : `${open.length} routers go on: ${open.map(({ workflowId }) => cleanLine(workflowId)).join(', ')}; say which`;
  throw new CadenzaError('InvalidInput', `--router: ${message}`, { field: 'router' });
}
