import { link, rename, rm, rmdir, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { safeName } from './file-content-store';
import { isDraft, isExpired, isLeftClaim } from './survey-store';
import type { StoreArea, StoreFile } from './walk-store';
import { entriesOf, unlessGone, walkStore } from './walk-store';

const HOUR = 3_600_000;
/** What was used so lately is left alone: a run may be about to start with it, or be missing in the server's list yet. */
const CONTENT_REST_MS = 24 * HOUR;
const RUN_REST_MS = HOUR;

export type PruneRules = {
  namespace: string;
  /** Whether the journal and the ledger of a run are still needed, by the names of their folders. */
  keepsRun(workflow: string, firstRun: string): Promise<boolean>;
  /** Whether a file of content is still referred to; left out, no content is removed. */
  keepsContent?: ((file: StoreFile) => boolean) | undefined;
  dryRun: boolean;
  progress?: ((files: number) => void) | undefined;
};

/** How much was removed, or would be. `runs` counts journals and ledgers of runs. */
export type Pruned = Record<StoreArea, { files: number; bytes: number }> & { runs: number };

/**
 * Removes what nobody needs any more of one namespace: journals and ledgers of runs, content, answers whose time is over,
 * and what crashes have left. @throws as `fs`
 */
export async function pruneStore(folder: string, rules: PruneRules): Promise<Pruned> {
  const pruned = { content: none(), journal: none(), budgets: none(), cache: none(), runs: 0 };
  const count = ({ area, bytes }: Pick<StoreFile, 'area' | 'bytes'>) => {
    pruned[area] = { files: pruned[area].files + 1, bytes: pruned[area].bytes + bytes };
  };
  const own = safeName(rules.namespace);
  await pruneJournals(path.join(folder, 'journal', own), rules, () => (pruned.runs += 1), count);
  let files = 0;
  for await (const found of walkStore(folder)) {
    rules.progress?.((files += 1));
    if (found.parts[0] !== own || !(await canGo(found, rules))) continue;
    if (!rules.dryRun && !(await remove(found))) continue;
    count(found);
  }
  return pruned;
}

async function canGo(found: StoreFile, { keepsRun, keepsContent }: PruneRules): Promise<boolean> {
  const { area, parts, changedMs } = found;
  const rests = Date.now() - changedMs;
  if (isDraft(found) || isLeftClaim(found)) return rests > RUN_REST_MS;
  if (area === 'cache') return isExpired(found);
  if (area === 'content') return keepsContent !== undefined && rests > CONTENT_REST_MS && !keepsContent(found);
  if (area !== 'budgets' || parts.length !== 3 || rests <= RUN_REST_MS) return false;
  return !(await keepsRun(parts[1] ?? '', (parts[2] ?? '').replace(/\.log$/, '')));
}

/** Moved away first: what somebody has used in the meantime is put back, and who comes later writes it anew. */
async function remove({ file, changedMs }: StoreFile): Promise<boolean> {
  const grave = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  if (!(await unlessGone(rename(file, grave).then(() => true)))) return false;
  const { mtimeMs } = await stat(grave);
  if (mtimeMs !== changedMs) await link(grave, file).catch(() => undefined);
  await rm(grave, { force: true });
  await rmdir(path.dirname(file)).catch(() => undefined);
  return mtimeMs === changedMs;
}

/** A journal goes as a whole. */
async function pruneJournals(
  home: string,
  { keepsRun, dryRun }: PruneRules,
  countRun: () => void,
  count: (file: { area: 'journal'; bytes: number }) => void,
): Promise<void> {
  for await (const workflow of entriesOf(home)) {
    for await (const run of entriesOf(path.join(home, workflow.name))) {
      const folder = path.join(home, workflow.name, run.name);
      const files = await sizesIn(folder);
      const isAtRest = files.every(({ changedMs }) => Date.now() - changedMs > RUN_REST_MS);
      if (!isAtRest || (await keepsRun(workflow.name, run.name))) continue;
      if (!dryRun) await rm(folder, { recursive: true, force: true });
      countRun();
      files.forEach(({ bytes }) => count({ area: 'journal', bytes }));
    }
    if (!dryRun) await rmdir(path.join(home, workflow.name)).catch(() => undefined);
  }
}

async function sizesIn(folder: string): Promise<{ bytes: number; changedMs: number }[]> {
  const found: { bytes: number; changedMs: number }[] = [];
  for await (const entry of entriesOf(folder)) {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await sizesIn(inside)));
    else {
      const facts = await unlessGone(stat(inside));
      if (facts) found.push({ bytes: facts.size, changedMs: facts.mtimeMs });
    }
  }
  return found;
}

function none() {
  return { files: 0, bytes: 0 };
}
