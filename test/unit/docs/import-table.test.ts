import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const root = path.join(__dirname, '..', '..', '..');
const run = promisify(execFile);

/** What each file of the table may not do. */
const FORBIDDEN: [file: string, code: string][] = [
  ['contracts/x.ts', "export { z } from 'zod';"],
  ['contracts/x.ts', "export * from '../core/usage';"],
  ['core/x.ts', "export { readFileSync } from 'node:fs';"],
  ['core/x.ts', 'export const now = () => Date.now();'],
  ['core/x.ts', "export { usageSchema } from '../contracts/usage.schema';"],
  ['workflows/x.ts', "export { createActivities } from '../activities/create-activities';"],
  ['workflows/x.ts', "export { default } from 'openai';"],
  ['workflows/x.ts', "export { checkInput } from '../contracts/check-input.schema';"],
  ['gateway/x.ts', "export { heartbeat } from '@temporalio/activity';"],
  ['gateway/x.ts', "export { readEnvironment } from '../config/environment';"],
  ['webhooks/x.ts', "export { heartbeat } from '@temporalio/activity';"],
  ['webhooks/x.ts', "export { createGateway } from '../gateway/create-gateway';"],
  ['activities/x.ts', "export { createGateway } from '../gateway/create-gateway';"],
  ['activities/x.ts', "export { createWebhookSender } from '../webhooks/create-webhook-sender';"],
  ['client/x.ts', "export { createWorker } from '../worker';"],
  ['cli/x.ts', "export { createWorker } from '../worker';"],
  ['cli/x.ts', "export const worker = () => import('../worker.js');"],
  ['activities/x.ts', "export { APIError } from 'openai/core/error';"],
  ['core/x.ts', "export { readFile } from 'node:fs/promises';"],
  ['cli/x.ts', "export { createGateway } from '../gateway/create-gateway';"],
];

const ALLOWED: [file: string, code: string][] = [
  ['contracts/x.schema.ts', "export { z } from 'zod';"],
  ['core/x.ts', "export type { Step } from '../contracts/pipeline.schema';"],
  ['workflows/x.ts', "export { costNanoUsd } from '../core/pricing';"],
  ['activities/x.ts', "export type { Gateway } from '../gateway/gateway';"],
  ['activities/x.ts', "export type { WebhookSender } from '../webhooks/webhook-sender';"],
  ['webhooks/x.ts', "export { webhookOf } from '../config/webhook-secret';"],
  ['cli/x.ts', "export { connectCadenza } from '../client';"],
];

/** What oxlint says of each case: the rules, by the project's own configuration, for a tree of files outside of it. */
async function rulesAgainst(cases: [string, string][]): Promise<string[][]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'import-table-'));
  try {
    const files = cases.map(([file], index) => path.join('src', file.replace('x', `x${index}`)));
    for (const [index, file] of files.entries()) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), `${cases[index]?.[1]}\n`);
    }
    // Folders count from the configuration's own. Nothing imported here exists, so the rules that need types are off.
    const config = `import config from ${JSON.stringify(pathToFileURL(path.join(root, 'oxlint.config.mjs')).href)};
      export default { ...config, options: { ...config.options, typeAware: false } };`;
    await writeFile(path.join(folder, 'oxlint.config.mjs'), config);
    const { stdout } = await lint(folder);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
    return files.map((file) => diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** It ends with 1 where it refuses something. */
function lint(cwd: string): Promise<{ stdout: string }> {
  const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const done = run(process.execPath, [oxlint, '-c', 'oxlint.config.mjs', '-f', 'json'], { cwd });
  return done.catch((error: { code: unknown; stdout: string }) => {
    if (error.code !== 1) throw error;
    return error;
  });
}

test('lint refuses what the import table forbids, and nothing that it allows', async () => {
  const refused = await rulesAgainst(FORBIDDEN);
  expect(FORBIDDEN.filter((_case, index) => !refused[index]?.some((rule) => rule.includes('no-restricted')))).toEqual(
    [],
  );
  expect(await rulesAgainst(ALLOWED)).toEqual(ALLOWED.map(() => []));
});

test('src has no enum, which oxlint has no rule against', async () => {
  const files = (await readdir(path.join(root, 'src'), { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, 'src', file), 'utf8')));
  expect(files.filter((_file, index) => /^\s*(export |declare |const )*enum \w/m.test(texts[index] ?? ''))).toEqual([]);
});
