import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import type { PruneReport, StoreSurvey } from '../../src/client';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

const LICENSE = path.resolve(__dirname, '..', '..', 'examples', 'documents', 'license.txt');

let cli: Cli;
jest.setTimeout(120_000);
beforeAll(async () => {
  cli = await createCli();
});
afterAll(() => cli.close());

type Doctor = { findings: { what: string; says: string }[]; store?: StoreSurvey; pruned?: PruneReport };

it('counts what the store holds and prunes it, in lines that fit and as JSON', async () => {
  const early = await cli.run(['doctor', '--prune']);
  expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('no Temporal server runs')]);
  expect((await cli.run(['analyze', LICENSE, '--json'])).code).toBe(0);

  const shown = await cli.run(['doctor']);
  expect(shown.stdout).toMatch(/content: \d+ files?, [\d.]+ kB/);
  expect(shown.stdout).toContain('encryption off');
  const long = shown.stdout.split('\n').filter((line) => line.length > 79 && / .* /.test(line.trim()));
  expect(long).toEqual([]);
  expect(shown.stderr).toBe('');

  const { findings, store, pruned } = (
    await cli.run(['doctor', '--prune', '--older-than', '30d', '--dry-run', '--verify', '--json'])
  ).json<Doctor>();
  expect(store).toMatchObject({ damaged: { count: 0 }, leftDrafts: 0, encryption: null });
  expect(store?.shares).toContainEqual(expect.objectContaining({ area: 'content', namespace: 'default' }));
  expect(pruned).toMatchObject({ dryRun: true, retainedRuns: expect.any(Number), content: { files: 0, bytes: 0 } });
  expect(findings.map(({ what }) => what)).toContain('pruned');
  expect((await cli.run(['doctor', '--quick', '--json'])).json<Doctor>()).not.toHaveProperty('store');

  expect(await cli.run(['doctor', '--dry-run'])).toMatchObject({ code: 2 });
  const wrong = await cli.run(['doctor', '--prune', '--older-than', 'soon']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('such as 30d')]);

  const file = path.join(cli.folder, 'limited.yaml');
  const provider = { type: 'openai', baseUrl: 'http://127.0.0.1:9/v1' };
  const providers = { free: provider, limited: { ...provider, requestsPerMinute: 60 } };
  await writeFile(
    file,
    stringify({ providers, models: { m: { provider: 'limited', model: 'm' } }, tasks: { default: 'm' } }),
  );
  const limited = await cli.run(['doctor', '--quick', '--json'], { variables: { CADENZA_MODELS: file } });
  expect(limited.code).toBe(1);
  const told = limited.json<Doctor>().findings.filter(({ what }) => what === 'provider');
  expect(told).toEqual([
    expect.objectContaining({ good: false, says: expect.stringContaining('"limited": no worker') }),
  ]);
});
