import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(__dirname, '..', '..', '..');
const run = promisify(execFile);

/** What each file of the table may not do. Written to a folder inside src, linted there, and taken away again. */
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

/** Files linted by the project's own configuration, typed rules off: they are not part of the program. */
async function errorsOf(cases: [string, string][]): Promise<number[]> {
  const folder = await mkdtemp(path.join(root, 'test', 'unit', 'docs', 'tree-'));
  try {
    const files = cases.map(([file], index) => path.join(folder, String(index), 'src', file));
    for (const [index, file] of files.entries()) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, `${cases[index]?.[1]}\n`);
    }
    const script = `
      import { ESLint } from 'eslint';
      import config from ${JSON.stringify(path.join(root, 'eslint.config.mjs'))};
      const layers = config.filter(({ name, files }) => name?.startsWith('layers/') || files?.some((file) => /^src\\/(core|workflows)/.test(file)));
      const { default: tseslint } = await import('typescript-eslint');
      const counts = [];
      for (const file of ${JSON.stringify(files)}) {
        const eslint = new ESLint({ cwd: file.replace(/\\/src\\/.*/, ''), overrideConfigFile: true, overrideConfig: [tseslint.configs.base, ...layers] });
        const [result] = await eslint.lintFiles([file]);
        counts.push(result.errorCount);
      }
      console.log(JSON.stringify(counts));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
    return JSON.parse(stdout) as number[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('lint refuses what the import table forbids, and nothing that it allows', async () => {
  const refused = await errorsOf(FORBIDDEN);
  expect(FORBIDDEN.filter((_case, index) => refused[index] === 0)).toEqual([]);
  const allowed = await errorsOf(ALLOWED);
  expect(ALLOWED.filter((_case, index) => allowed[index] !== 0)).toEqual([]);
});
