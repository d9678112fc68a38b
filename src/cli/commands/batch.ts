import type { Envelope, GivenInput } from '../../client';
import { checkBatch } from '../../client/prepare-items';
import { checkInput } from '../../contracts/check-input.schema';
import { CadenzaError } from '../../contracts/failures';
import type { JsonObject } from '../../contracts/json';
import { ANSWERING_PATTERNS } from '../../contracts/names';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { attendRun, runningEnvelope } from '../attend-run';
import { checkId } from '../check-id';
import { readInputFile } from '../input-file';
import { checkOutputFile, readJsonLines, writeItems } from '../item-files';
import { counted } from '../render/numbers';
import { patternNamed } from '../pattern-named';
import { openSession } from '../session';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { withBudget } from '../with-budget';

export type BatchOptions = {
  items: string;
  config?: string;
  maxParallel?: string;
  extract?: string;
  output?: string;
  id?: string;
  models?: string;
  budget?: string;
  detach?: boolean;
  json?: boolean;
};

/** `cadenza batch <pattern>`: runs a pattern over the lines of a file and follows that. Returns the exit status. */
export async function batch(terminal: Terminal, name: string, options: BatchOptions): Promise<number> {
  const { id, models, detach = false, json = false, output } = options;
  if (id !== undefined) checkId(id);
  if (output !== undefined) {
    if (detach) throw wrong('output', '--output needs the end; later, `cadenza result ID --output FILE` writes it');
    await checkOutputFile(output);
  }
  const input = await inputOf(name, options);
  const session = await openSession(terminal, { worker: 'exact', models });
  try {
    const handle = await session.cadenza.start('batch', input, id === undefined ? {} : { id });
    if (session.models !== undefined) terminal.say(session.models);
    if (detach) {
      if (json) terminal.printJson(runningEnvelope(handle));
      else terminal.print([handle.workflowId]);
      terminal.say(`Started: \`${COMMAND} watch ${shellWord(handle.workflowId)}\` follows it.`);
      return EXIT.ok;
    }
    terminal.say(`Started ${handle.workflowId}: ${counted((input.items as JsonObject[]).length, 'item')}`);
    const write = (file: string) => (envelope: Envelope) => writeItems(session, terminal, file, envelope);
    return await attendRun(session, terminal, {
      handle,
      title: handle.workflowId,
      json,
      ...(output === undefined ? {} : { onEnded: write(output) }),
    });
  } finally {
    await session.close();
  }
}

/** The input, checked before a server is started for it; the client and the run itself check again. */
async function inputOf(name: string, options: BatchOptions): Promise<GivenInput<'batch'>> {
  const { items: file, config: configFile, maxParallel, extract } = options;
  const pattern = patternNamed(name, ANSWERING_PATTERNS);
  const config = configFile === undefined ? {} : await readInputFile(configFile);
  const { items, lineOf } = await readJsonLines(file);
  const settings = {
    pattern,
    config: config as JsonObject,
    items,
    ...(maxParallel === undefined ? {} : { maxParallel: wholeNumber(maxParallel) }),
    ...(extract === undefined ? {} : { compare: { extract: extractOf(extract) } }),
  };
  const given = withBudget(settings, options.budget);
  const checked = checkInput('batch', given);
  checkBatch(checked, (item) => `line ${lineOf(item)}`);
  return given;
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw wrong('max-parallel', '--max-parallel takes a whole number');
}

function extractOf(what: string): 'text' | 'json' | 'number' | { field: string } {
  return what === 'text' || what === 'json' || what === 'number' ? what : { field: what };
}

function wrong(field: string, message: string): CadenzaError {
  return new CadenzaError('InvalidInput', message, { field });
}
