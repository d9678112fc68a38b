import type { DefinitionDetail, DefinitionSummary } from '../../client';
import { shippedDefinitions } from '../../client';
import { loadShippedDefinitions } from '../../config/load-definitions';
import { CadenzaError } from '../../contracts/failures';
import { shown, suggestion } from '../../contracts/nearest-name';
import type { Definition } from '../../contracts/pipeline.schema';
import { EXIT } from '../../contracts/run';
import { readInputFile } from '../input-file';
import { cleanLine } from '../render/clean-text';
import { column, fit, widthOf, wrapped } from '../render/layout';
import { nextLines } from '../render/next-lines';
import { openExisting, openSession } from '../session';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';

const VERSION_CHARACTERS = 12;
const HANDLER_COLUMNS = 16;
/** The order is that of the last registration, and an old version can be registered again. */
const VERSIONS = 'Versions, with when each was first registered; runs take the top one';

/** `cadenza define <file>`: checks a definition and registers it under its name. */
export async function define(terminal: Terminal, file: string, { json = false }: { json?: boolean }): Promise<number> {
  const given = await readInputFile(file);
  const session = await openSession(terminal, { worker: 'exact' });
  try {
    const defined = await session.cadenza.definitions.define(given);
    if (json) {
      terminal.printJson(defined);
      return EXIT.ok;
    }
    const version = defined.version.slice(0, VERSION_CHARACTERS);
    terminal.print([`${defined.name}@${version}`]);
    terminal.say(
      defined.isNew
        ? `Registered: runs of "${defined.name}" take this version from now on; those that go on keep theirs.`
        : `"${defined.name}" had this version already: nothing has changed but that runs take it from now on.`,
    );
    const hasInput = (given as Partial<Definition>).input !== undefined;
    if (hasInput) terminal.say(`A FILE for it holds \`definition: ${defined.name}\` and an \`input\`.`);
    const start = `${COMMAND} run pipeline -i`;
    const run = hasInput ? `${start} FILE` : `echo 'definition: ${defined.name}' | ${start} -`;
    terminal.show(
      nextLines(
        [
          ['Show', `${COMMAND} definitions ${defined.name}`],
          ['Run', run],
        ],
        terminal,
      ),
    );
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

/** `cadenza definitions [name]`: the pipelines that can be run by name, or one of them. */
export async function definitions(
  terminal: Terminal,
  name: string | undefined,
  { json = false }: { json?: boolean },
): Promise<number> {
  // What ships is known without a server, and a home in which nothing has ever run has nothing else.
  const session = await openExisting(terminal, { worker: name === undefined ? 'none' : 'any' });
  try {
    if (name === undefined) {
      const found = session ? await session.cadenza.definitions.list() : shippedDefinitions();
      if (json) terminal.printJson({ definitions: found });
      else terminal.print(found.flatMap((one) => summaryLines(terminal, one)));
      return EXIT.ok;
    }
    const found = session ? await session.cadenza.definitions.find(name) : shippedDetail(name);
    if (json) terminal.printJson(found);
    else terminal.print(detailLines(terminal, found));
    return EXIT.ok;
  } finally {
    await session?.close();
  }
}

function summaryLines({ columns, resultPaint: paint }: Terminal, one: DefinitionSummary): string[] {
  const from = one.shipped ? 'ships with the product' : `registered ${shownTime(one.createdAt)}`;
  return [
    `${paint.bold(one.name)}@${one.version.slice(0, VERSION_CHARACTERS)}`,
    ...(one.description === undefined ? [] : wrapped(cleanLine(one.description), columns, 2)),
    `  ${one.steps} ${one.steps === 1 ? 'step' : 'steps'}, ${from}`,
  ];
}

/** Lines of one definition and its versions. */
export function detailLines(
  { columns, resultPaint: paint }: Pick<Terminal, 'columns' | 'resultPaint'>,
  found: DefinitionDetail,
): string[] {
  const { definition, version, versions } = found;
  const longest = Math.max(...definition.steps.map(({ name }) => widthOf(name)));
  const width = Math.min(longest, columns - 4 - 2 - HANDLER_COLUMNS);
  const fields = Object.keys((definition.input?.['properties'] ?? {}) as object);
  return [
    `${paint.bold(definition.name)}@${version.slice(0, VERSION_CHARACTERS)}`,
    ...(definition.description === undefined ? [] : wrapped(cleanLine(definition.description), columns, 2)),
    ...(fields.length === 0 ? [] : wrapped(`Input: ${fields.map(cleanLine).join(', ')}`, columns, 2)),
    '  Steps',
    ...definition.steps.map(({ name, handler, pattern, approval }) => {
      const what = handler ?? pattern ?? (approval ? 'approval' : 'wait');
      return `    ${column(name, width)}  ${paint.dim(fit(cleanLine(what), columns - 6 - width))}`;
    }),
    ...wrapped(versions.length === 0 ? 'Ships with the product' : VERSIONS, columns, 2),
    ...versions.map((one) => `    ${one.version.slice(0, VERSION_CHARACTERS)}  ${paint.dim(shownTime(one.createdAt))}`),
  ];
}

function shownTime(iso = ''): string {
  return iso.slice(0, 16).replace('T', ' ');
}

function shippedDetail(name: string): DefinitionDetail {
  const shipped = loadShippedDefinitions();
  const found = shipped.get(name);
  if (found) return { ...found, versions: [], shipped: true };
  const message = `definition "${shown(name)}" is not known${suggestion(name, [...shipped.keys()])}`;
  throw new CadenzaError('UnknownDefinition', message, { field: 'definition' });
}
