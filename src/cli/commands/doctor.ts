import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Cadenza, PruneReport, StoreSurvey } from '../../client';
import { connectCadenza, pruneRuns, surveyOf } from '../../client';
import { connectionConfig } from '../../config/connection';
import type { Environment } from '../../config/environment';
import { readEnvironment } from '../../config/environment';
import { packageRoot } from '../../config/package-paths';
import type { NamespaceServices } from '../../config/search-attributes';
import { readSearchState, registerSearchAttributes } from '../../config/search-attributes';
import { CadenzaError, isCadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { cachedTemporalBinary } from '../../embedded/temporal-binary';
import { runningServer } from '../../embedded/temporal-server';
import { localModelStatus } from '../../embedded/local-model/local-model-status';
import { runningWorker } from '../../embedded/worker-record';
import { millisecondsOf } from '../duration';
import { failureInfo } from '../failure-info';
import { cleanLine } from '../render/clean-text';
import { wrapped } from '../render/layout';
import { counted, shownBytes } from '../render/numbers';
import { prunedSentence, storeSentences } from '../render/store-lines';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';

/** `good` is undefined where a thing is neither right nor wrong. */
type Finding = { what: string; good?: boolean; says: string };

const NODE_AT_LEAST = [20, 3] as const;

export type DoctorOptions = {
  json?: boolean;
  /** Does not count what is in the store. */
  quick?: boolean;
  /** Reads all of the store. */
  verify?: boolean;
  /** Adds the search attributes that a cluster's namespace lacks. */
  register?: boolean;
  prune?: boolean;
  olderThan?: string;
  dryRun?: boolean;
};

/** `cadenza doctor`: what is there and what is missing, without starting anything; with `prune` it tidies the store. */
export async function doctor(terminal: Terminal, options: DoctorOptions): Promise<number> {
  const { json = false } = options;
  checkOptions(options);
  const basics = await examine(options);
  const pruned = options.prune ? await prune(terminal, options) : undefined;
  const store = options.quick ? undefined : await survey(terminal, options);
  const findings = [
    ...basics,
    ...(store ? storeSentences(store).map((one): Finding => ({ what: 'store', ...one })) : []),
    ...(pruned ? [{ what: 'pruned', says: prunedSentence(pruned) }] : []),
  ];
  if (json) terminal.printJson({ findings, ...(store ? { store } : {}), ...(pruned ? { pruned } : {}) });
  else {
    const { columns, resultPaint: paint } = terminal;
    for (const { what, good, says } of findings) {
      const mark = good === undefined ? paint.dim('–') : good ? paint.green('✓') : paint.red('✗');
      terminal.print(wrapped(cleanLine(says), columns, 12, `${mark} ${what.padEnd(10)}`));
    }
  }
  return findings.some(({ good }) => good === false) ? EXIT.failed : EXIT.ok;
}

function checkOptions({ prune: prunes, olderThan, dryRun }: DoctorOptions): void {
  const field = olderThan !== undefined ? 'older-than' : dryRun ? 'dry-run' : undefined;
  if (prunes || field === undefined) return;
  throw new CadenzaError('InvalidInput', `--${field} goes with --prune`, { field });
}

/** Says how far it is where that takes a while, at most once a second. */
function counter(terminal: Terminal): (sentence: string) => void {
  let last = Date.now();
  return (sentence) => {
    if (Date.now() - last < 1_000) return;
    last = Date.now();
    if (terminal.isLive) terminal.draw([`  ${sentence}`]);
    else terminal.say(sentence);
  };
}

async function survey(terminal: Terminal, { verify = false }: DoctorOptions): Promise<StoreSurvey | undefined> {
  const tell = counter(terminal);
  try {
    const environment = readEnvironment();
    if (!existsSync(environment.store)) return undefined;
    const progress = (files: number, bytes: number) => tell(`${counted(files, 'file')}, ${shownBytes(bytes)} counted`);
    return await surveyOf(environment, { verify, progress });
  } catch (error) {
    // A wrong setting is a finding already.
    if (verify || !isCadenzaError(error)) throw error;
    return undefined;
  } finally {
    terminal.draw([]);
  }
}

async function prune(terminal: Terminal, { olderThan, dryRun = false }: DoctorOptions): Promise<PruneReport> {
  const olderThanMs = olderThan === undefined ? undefined : millisecondsOf(olderThan, '--older-than');
  const environment = readEnvironment();
  const cadenza = await connectCadenza({ environment });
  try {
    return await pruneRuns(cadenza.temporal, environment, { olderThanMs, dryRun, progress: counter(terminal) });
  } finally {
    terminal.draw([]);
    await cadenza.close();
  }
}

async function examine(options: DoctorOptions): Promise<Finding[]> {
  const basics = [versionFinding(), nodeFinding()];
  try {
    const environment = readEnvironment();
    const isEmbedded = connectionConfig(environment).kind === 'embedded';
    return [
      ...basics,
      { what: 'home', says: existsSync(environment.home) ? environment.home : `${environment.home} (not made yet)` },
      ...(isEmbedded ? await embeddedFindings(environment, options) : await clusterFindings(environment, options)),
      await localFinding(environment),
      storeFinding(environment),
    ];
  } catch (error) {
    return [...basics, { what: 'settings', good: false, says: failureInfo(error).message }];
  }
}

function versionFinding(): Finding {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return { what: 'cadenza', says: `${version} on ${process.platform} ${process.arch}` };
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1]);
  return {
    what: 'node',
    good,
    says: `${process.versions.node}${good ? '' : ` (${NODE_AT_LEAST.join('.')} or later is needed)`}`,
  };
}

async function embeddedFindings(environment: Environment, options: DoctorOptions): Promise<Finding[]> {
  const { home, cache } = environment;
  const server = await runningServer(home);
  const worker = runningWorker(home);
  return [
    server
      ? {
          what: 'temporal',
          good: true,
          says: `runs at ${server.address} (process ${server.pid}), Web UI ${server.uiUrl}`,
        }
      : { what: 'temporal', says: `does not run; ${whereBinary(cache)}` },
    worker
      ? { what: 'worker', good: worker.ready, says: `runs (process ${worker.pid}, ${worker.owner}). ${worker.models}` }
      : { what: 'worker', says: 'does not run; started by the first command that needs it' },
    ...(server ? await namespaceFindings(environment, options) : []),
  ];
}

function whereBinary(cache: string): string {
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  const found = [...folders.map((folder) => path.join(folder, name)), cachedTemporalBinary(cache)].find(existsSync);
  return found ? `will be started from ${found}` : 'its binary is fetched once, by the first command that needs it';
}

async function clusterFindings(environment: Environment, options: DoctorOptions): Promise<Finding[]> {
  try {
    const cadenza = await connectCadenza({ environment });
    try {
      const has = await cadenza.hasWorker();
      const says = has ? 'asks for work' : `none asks for work: \`${COMMAND} worker\` starts one`;
      return [
        { what: 'temporal', good: true, says: `cluster answers, namespace ${cadenza.namespace}` },
        { what: 'worker', good: has, says },
        await searchFinding(cadenza, options),
        ...(await providerFindings(cadenza, environment)),
      ];
    } finally {
      await cadenza.close();
    }
  } catch (error) {
    return [{ what: 'temporal', good: false, says: failureInfo(error).message }];
  }
}

async function namespaceFindings(environment: Environment, options: DoctorOptions): Promise<Finding[]> {
  const cadenza = await connectCadenza({ environment }).catch(() => undefined);
  if (!cadenza) return [];
  try {
    return [await searchFinding(cadenza, options), ...(await providerFindings(cadenza, environment))];
  } finally {
    await cadenza.close();
  }
}

/** Whether somebody takes the calls of each provider with limits: they have a task queue of their own. */
async function providerFindings(cadenza: Cadenza, environment: Environment): Promise<Finding[]> {
  if (environment.models === undefined) return [];
  const { findModels } = await import('../../machine-models.js');
  const found = await findModels(environment).catch((error: unknown) => failureInfo(error).message);
  if (typeof found === 'string') return [{ what: 'models', good: false, says: found }];
  const limited = Object.entries(found.registry.config.providers).filter(
    ([, { requestsPerMinute, maxConcurrent }]) => (requestsPerMinute ?? maxConcurrent) !== undefined,
  );
  return Promise.all(
    limited.map(async ([name]) => {
      const good = await cadenza.hasWorker(name);
      const says = good ? 'a worker takes its calls' : 'no worker takes its calls: they wait in a queue of their own';
      return { what: 'provider', good, says: `"${name}": ${says}` };
    }),
  );
}

/** Runs work without search attributes, so what is missing is no fault; what was asked for and refused is one. */
async function searchFinding({ temporal, namespace }: Cadenza, { register = false }: DoctorOptions): Promise<Finding> {
  const services = temporal.connection as unknown as NamespaceServices;
  try {
    const added = register ? await registerSearchAttributes(services, namespace) : [];
    const { missing, wrong } = await readSearchState(services, namespace);
    const says = [
      ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
      ...(missing.length > 0
        ? [`not there: ${missing.join(', ')}; runs set none of them until \`${COMMAND} doctor --register\` adds them`]
        : []),
      ...(wrong.length > 0
        ? [`of another type: ${wrong.join(', ')}; runs set none until an operator has removed and added them`]
        : []),
    ];
    if (missing.length + wrong.length > 0)
      return { what: 'search', ...(register ? { good: false } : {}), says: says.join('; ') };
    return {
      what: 'search',
      good: true,
      says: says.join('; ') || 'attributes are registered (see cadenza list --help)',
    };
  } catch (error) {
    return { what: 'search', ...(register ? { good: false } : {}), says: failureInfo(error).message };
  }
}

async function localFinding({ cache }: Environment): Promise<Finding> {
  const { installed, folder } = await localModelStatus(cache);
  return {
    what: 'local',
    says: installed ? `model installed in ${folder}` : `model not installed: \`${COMMAND} models install local\``,
  };
}

function storeFinding({ store }: Environment): Finding {
  if (!existsSync(store)) return { what: 'store', says: `${store} (not made yet)` };
  try {
    accessSync(store, constants.W_OK);
    return { what: 'store', good: true, says: store };
  } catch {
    return { what: 'store', good: false, says: `${store} can not be written` };
  }
}
