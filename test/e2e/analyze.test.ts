import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cadenza, PruneReport, StoreSurvey } from '../../src/client';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import type { Envelope } from '../../src/contracts/envelope.schema';
import { envelopeSchema, listSchema } from '../../src/contracts/envelope.schema';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';
import { runInside } from '../helpers/run-inside';

const SAMPLES = path.resolve(__dirname, '..', '..', 'examples', 'documents');
const FIXTURES = path.resolve(__dirname, '..', 'fixtures', 'documents');

let cli: Cli;
let cadenza: Cadenza;

jest.setTimeout(120_000);
beforeAll(async () => {
  cli = await createCli();
});
afterAll(async () => {
  await cadenza?.close();
  await cli.close();
});

type Doctor = { findings: { what: string; says: string }[]; store?: StoreSurvey; pruned?: PruneReport };

const inside = (...args: string[]) => runInside(args, { variables: cli.variables });

describe('analyze', () => {
  it('gives the expected type of every sample, started from nothing', async () => {
    const expected = JSON.parse(await readFile(path.join(SAMPLES, 'expected.json'), 'utf8')) as Record<
      string,
      { type: string; language: string }
    >;
    const demo = await cli.run(['demo']);
    cadenza = await connectCadenza({ environment: readEnvironment({ CADENZA_HOME: cli.home }) });

    expect(demo.code).toBe(0);
    const shown = [...demo.stdout.matchAll(/^✓ (.*)\n +Type +(\S+)/gm)].map(([, name, type]) => [name, type]);
    expect(shown).toEqual(Object.entries(expected).map(([name, { type }]) => [name, type]));
    expect(demo.stderr).toMatch(/classify completed \(fast_classifier/);
    expect(demo.stderr).not.toContain('\u001b');

    const { runs } = await cadenza.list({ limit: 50 });
    const results = await Promise.all(
      runs.map(async ({ workflowId }) => (await (await cadenza.find(workflowId)).result()) as PipelineResult),
    );
    const languages = results.map(({ output }) => (output as { language: string }).language);
    expect(languages.sort()).toEqual(
      Object.values(expected)
        .map(({ language }) => language)
        .sort(),
    );
  });

  it('shows people the result on stdout and where to look on stderr, without what could steer a terminal', async () => {
    const file = await write('evil\u001b[31m\u202ename.pdf', await readFile(path.join(SAMPLES, 'invoice.pdf')));
    const { code, stdout, stderr } = await cli.run(['analyze', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('evilname.pdf');
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e]/);
    expect(stdout).toMatch(/Type +invoice \(score 0\.\d\d\)/);
    expect(stdout).toContain('Fennimore & Oakes Ltd');
    expect(stdout).toMatch(/How it was decided[^]*classify +fast_classifier/);
    expect(stderr).toMatch(/http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/pipeline-[0-9a-f-]+\n/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(80);
  });

  it('does not let bad files among good ones stop the others', async () => {
    const good = path.join(SAMPLES, 'license.txt');
    const encrypted = path.join(FIXTURES, 'user-password.pdf');
    const corrupt = await write('corrupt.pdf', '%PDF-1.7\nno more of it');
    const unsupported = await write('picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    const { code, json } = await cli.run(['analyze', 'missing.txt', encrypted, good, corrupt, unsupported, '--json']);

    expect(code).toBe(1);
    const runs = json<{ runs: Envelope[] }>().runs.map((run) => envelopeSchema.parse(run));
    expect(runs.map(({ status, error }) => error?.type ?? status)).toEqual([
      'DocumentMissing',
      'DocumentEncrypted',
      'completed',
      'DocumentCorrupt',
      'UnsupportedDocument',
    ]);
    // A run that failed part-way shows what it has and why.
    expect((runs[1]?.result as PipelineResult | undefined)?.results['extract']?.status).toBe('failed');
  });
});

describe('run', () => {
  const input = { definition: 'document_analysis', input: { file: path.join(SAMPLES, 'email.txt') } };

  it('detaches, and the run is there for status, watch, result and list', async () => {
    const started = await cli.run(['run', 'pipeline', '-i', '-', '--id', 'mail-1', '--detach', '--json'], {
      input: JSON.stringify(input),
    });
    expect(started.code).toBe(0);
    expect(envelopeSchema.parse(started.json())).toMatchObject({ workflowId: 'mail-1', status: 'running' });

    const watched = await cli.run(['watch', 'mail-1', '--json']);
    const result = await inside('result', 'mail-1', '--json');
    const status = await inside('status', 'mail-1', '--json');

    expect(envelopeSchema.parse(watched.json())).toMatchObject({ workflowId: 'mail-1', status: 'completed' });
    expect(result.json()).toEqual(watched.json());
    const { progress } = envelopeSchema.parse(status.json());
    expect((progress as { steps: { name: string }[] }).steps.map(({ name }) => name)).toContain('classify');
  });

  it.each([
    ['an id that was used', input, ['--id', 'mail-1'], 'RunExists', 'mail-1'],
    ['an unknown definition', { definition: 'document_analisys' }, [], 'UnknownDefinition', 'document_analysis'],
    ['an unknown handler', { steps: [{ name: 'a', handler: 'clasify' }] }, [], 'UnknownHandler', 'CADENZA_HANDLERS'],
  ])('refuses %s and names what is right', async (_, given, more, type, named) => {
    const file = await write('given.json', JSON.stringify(given));
    const refused = await inside('run', 'pipeline', '-i', file, ...more, '--json');
    const { error } = envelopeSchema.parse(refused.json());
    expect(error?.type).toBe(type);
    expect(error?.message).toContain(named);
    expect(refused.code).toBe(2);
  });
});

describe('a run that is steered', () => {
  const approval = { name: 'ok', approval: { message: 'Pay 900\u001b[31m EUR?' } };

  it('waits for approval, says for what and how to decide, and ends when it is decided, once', async () => {
    const input = JSON.stringify({ steps: [approval], input: {} });
    const followed = cli.start(['run', 'pipeline', '-i', '-', '--id', 'pay'], { input });
    await followed.said(/npx cadenza approve pay ok --reject/);
    const status = await cli.run(['status', 'pay']);
    expect(status.stdout).toContain('waits for approval: "Pay 900');
    expect(status.stdout).toContain('npx cadenza approve pay ok');
    expect(status.stdout).not.toContain('\u001b');
    const unknown = await inside('approve', 'pay', 'okay', '--json');
    expect(unknown.code).toBe(2);
    expect(envelopeSchema.parse(unknown.json()).error).toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('does not wait for approval; known: ok'),
    });

    const approved = await cli.run(['approve', 'pay', 'ok', '--by', 'ada', '--json']);
    expect(approved.code).toBe(0);
    expect(envelopeSchema.parse(approved.json()).workflowId).toBe('pay');
    const { code, stdout, stderr } = await followed.result;
    expect(code).toBe(0);
    expect(stdout).toContain('approved by ada');
    expect(stderr.match(/approve pay ok --reject/g)).toHaveLength(1);

    const again = await inside('approve', 'pay', 'ok', '--json');
    expect(again.code).toBe(2);
    expect(envelopeSchema.parse(again.json()).error?.message).toBe('the run "pay" has ended (completed)');
  });

  it('is paused and resumed, and refuses both where they make no sense', async () => {
    const steps = [approval, { name: 'after', wait: { seconds: 0.01 }, dependsOn: ['ok'] }];
    await cadenza.start('pipeline', { steps, input: {} }, { id: 'hold' });
    const paused = await cli.run(['pause', 'hold', '--json']);
    expect(envelopeSchema.parse(paused.json())).toMatchObject({ status: 'paused', progress: { status: 'paused' } });
    expect((await inside('pause', 'hold')).code).toBe(2);
    expect((await inside('approve', 'hold', 'ok')).code).toBe(0);
    const held = await inside('status', 'hold', '--json');
    expect(envelopeSchema.parse(held.json()).progress).toMatchObject({
      steps: [{ name: 'ok' }, { name: 'after', status: 'pending' }],
    });
    expect((await cli.run(['retry', 'hold', 'ok'])).code).toBe(2);
    expect((await cli.run(['resume', 'hold'])).code).toBe(0);
    const result = await inside('result', 'hold', '--json');
    expect(envelopeSchema.parse(result.json()).status).toBe('completed');
    const listed = listSchema.parse((await cli.run(['list', '--json'])).json()).runs;
    expect(listed.slice(0, 2).map(({ workflowId }) => workflowId)).toEqual(['hold', 'pay']);
    const mail = listed.find(({ workflowId }) => workflowId === 'mail-1');
    expect(mail).toMatchObject({ pattern: 'pipeline', status: 'completed', costUsd: 0 });
  });
});

describe('what is here', () => {
  it('is told of the shipped definitions and the models', async () => {
    const [definitions, models] = await Promise.all([
      cli.run(['definitions', '--json']),
      cli.run(['models', '--json']),
    ]);
    expect(definitions.json()).toMatchObject({ definitions: [{ name: 'document_analysis' }] });
    expect(models.json<{ models: { name: string }[] }>().models.map(({ name }) => name)).toContain('fast_classifier');
  });

  it('is counted by doctor, with the store, in lines that fit, and pruned, as JSON', async () => {
    const shown = await cli.run(['doctor']);
    expect(shown.stdout).toMatch(/content: \d+ files?, [\d.]+ kB/);
    expect(shown.stdout).toContain('encryption off');
    const long = shown.stdout.split('\n').filter((line) => line.length > 79 && / .* /.test(line.trim()));
    expect(long).toEqual([]);
    expect(shown.stderr).toBe('');

    const pruning = await inside('doctor', '--prune', '--older-than', '30d', '--dry-run', '--verify', '--json');
    const { findings, store, pruned } = pruning.json<Doctor>();
    expect(store).toMatchObject({ damaged: { count: 0 }, leftDrafts: 0, encryption: null });
    expect(store?.shares).toContainEqual(expect.objectContaining({ area: 'content', namespace: 'default' }));
    expect(pruned).toMatchObject({ dryRun: true, retainedRuns: expect.any(Number), content: { files: 0, bytes: 0 } });
    expect(findings.map(({ what }) => what)).toContain('pruned');
    expect((await inside('doctor', '--quick', '--json')).json<Doctor>()).not.toHaveProperty('store');
  });

  it('is a provider with limits whose calls no worker takes', async () => {
    const provider = { type: 'openai', baseUrl: 'http://127.0.0.1:9/v1' };
    const providers = { free: provider, limited: { ...provider, requestsPerMinute: 60 } };
    const models = { m: { provider: 'limited', model: 'm' } };
    const variables = {
      CADENZA_MODELS: await write('limited.yaml', JSON.stringify({ providers, models, tasks: { default: 'm' } })),
    };
    const limited = await cli.run(['doctor', '--quick', '--json'], { variables });
    expect(limited.code).toBe(1);
    const told = limited.json<Doctor>().findings.filter(({ what }) => what === 'provider');
    expect(told).toEqual([
      expect.objectContaining({ good: false, says: expect.stringContaining('"limited": no worker') }),
    ]);
  });
});

async function write(name: string, content: string | Buffer): Promise<string> {
  await mkdir(cli.folder, { recursive: true });
  const file = path.join(cli.folder, name);
  await writeFile(file, content);
  return file;
}
