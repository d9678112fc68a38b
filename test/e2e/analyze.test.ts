import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connectCadenza } from '../../src/client';
import { readEnvironment } from '../../src/config/environment';
import type { Envelope } from '../../src/contracts/envelope.schema';
import { envelopeSchema, listSchema } from '../../src/contracts/envelope.schema';
import type { PipelineResult } from '../../src/contracts/pipeline.schema';
import type { Cli } from '../helpers/run-cli';
import { createCli } from '../helpers/run-cli';

const SAMPLES = path.resolve(__dirname, '..', '..', 'examples', 'documents');
const FIXTURES = path.resolve(__dirname, '..', 'fixtures', 'documents');

let cli: Cli;

jest.setTimeout(120_000);
beforeAll(async () => {
  cli = await createCli();
});
afterAll(() => cli.close());

describe('a home in which nothing has run', () => {
  it('has no runs, and starts nothing to say so', async () => {
    const [listed, unknown, ended] = await Promise.all([
      cli.run(['list', '--json']),
      cli.run(['status', 'nobody', '--json']),
      cli.run(['down']),
    ]);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listSchema.parse(listed.json())).toEqual({ runs: [] });
    expect(unknown.code).toBe(2);
    expect(envelopeSchema.parse(unknown.json()).error?.type).toBe('RunNotFound');
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing runs') });
    await expect(stat(cli.home)).rejects.toThrow();
  });

  it('refuses files that can not be read by their names, before anything is started', async () => {
    const empty = await write('empty.txt', '');
    const large = await writeSparse('large.txt', 200 * 1024 * 1024);
    const [one, several] = await Promise.all([
      cli.run(['analyze', 'missing.pdf', '--json']),
      cli.run(['analyze', 'missing.pdf', cli.folder, empty, large, '--json']),
    ]);

    expect(one.code).toBe(2);
    expect(envelopeSchema.parse(one.json())).toEqual({
      workflowId: null,
      runId: null,
      pattern: 'pipeline',
      status: 'failed',
      error: { type: 'DocumentMissing', message: 'there is no file missing.pdf' },
    });
    expect(several.code).toBe(2);
    const errors = several.json<{ runs: Envelope[] }>().runs.map((run) => envelopeSchema.parse(run).error);
    expect(errors.map((error) => error?.type)).toEqual([
      'DocumentMissing',
      'DocumentUnreadable',
      'DocumentEmpty',
      'DocumentTooLarge',
    ]);
    ['missing.pdf', path.basename(cli.folder), 'empty.txt', 'large.txt'].forEach((name, index) => {
      expect(errors[index]?.message).toContain(name);
    });
    await expect(stat(cli.home)).rejects.toThrow();
  });
});

describe('analyze', () => {
  it('gives the expected type of every sample, started from nothing', async () => {
    const expected = JSON.parse(await readFile(path.join(SAMPLES, 'expected.json'), 'utf8')) as Record<
      string,
      { type: string; language: string }
    >;
    const demo = await cli.run(['demo']);

    expect(demo.code).toBe(0);
    const shown = [...demo.stdout.matchAll(/^✓ (.*)\n +Type +(\S+)/gm)].map(([, name, type]) => [name, type]);
    expect(shown).toEqual(Object.entries(expected).map(([name, { type }]) => [name, type]));
    expect(demo.stderr).toMatch(/classify completed \(fast_classifier/);
    expect(demo.stderr).not.toContain('\u001b');

    const { runs } = listSchema.parse((await cli.run(['list', '--limit', '50', '--json'])).json());
    const cadenza = await connectCadenza({ environment: readEnvironment({ CADENZA_HOME: cli.home }) });
    const results = await Promise.all(
      runs.map(async ({ workflowId }) => (await (await cadenza.find(workflowId)).result()) as PipelineResult),
    );
    await cadenza.close();
    const languages = results.map(({ output }) => (output as { language: string }).language);
    expect(languages.sort()).toEqual(
      Object.values(expected)
        .map(({ language }) => language)
        .sort(),
    );
  });

  it('shows people the result on stdout and where to look on stderr', async () => {
    const { code, stdout, stderr } = await cli.run(['analyze', path.join(SAMPLES, 'invoice.pdf')]);
    expect(code).toBe(0);
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

  it('removes from file names what could steer a terminal', async () => {
    const file = await write('evil\u001b[31m\u202ename.txt', await readFile(path.join(SAMPLES, 'license.txt'), 'utf8'));
    const { code, stdout, stderr } = await cli.run(['analyze', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('evilname.txt');
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e]/);
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
    const result = await cli.run(['result', 'mail-1', '--json']);
    const status = await cli.run(['status', 'mail-1', '--json']);
    const listed = await cli.run(['list', '--json']);

    expect(envelopeSchema.parse(watched.json())).toMatchObject({ workflowId: 'mail-1', status: 'completed' });
    expect(result.json()).toEqual(watched.json());
    const { progress } = envelopeSchema.parse(status.json());
    expect((progress as { steps: { name: string }[] }).steps.map(({ name }) => name)).toContain('classify');
    const run = listSchema.parse(listed.json()).runs.find(({ workflowId }) => workflowId === 'mail-1');
    expect(run).toMatchObject({ pattern: 'pipeline', status: 'completed', costUsd: 0 });
  });

  it('refuses an id that was used', async () => {
    const again = await cli.run(['run', 'pipeline', '-i', '-', '--id', 'mail-1', '--json'], {
      input: JSON.stringify(input),
    });
    expect(again.code).toBe(2);
    expect(envelopeSchema.parse(again.json()).error?.type).toBe('RunExists');
  });

  it.each([
    ['a wrong field', { definition: 'x', failFast: 'yes' }, 'InvalidInput', 'failFast'],
    ['an unknown field', { definition: 'x', failfast: true }, 'InvalidInput', 'failFast'],
    ['an unknown definition', { definition: 'document_analisys' }, 'UnknownDefinition', 'document_analysis'],
    ['an unknown handler', { steps: [{ name: 'a', handler: 'clasify' }] }, 'UnknownHandler', 'CADENZA_HANDLERS'],
  ])('refuses %s and names what is right', async (_, given, type, named) => {
    const refused = await cli.run(['run', 'pipeline', '-i', '-', '--json'], { input: JSON.stringify(given) });
    const { error } = envelopeSchema.parse(refused.json());
    expect(error?.type).toBe(type);
    expect(error?.message).toContain(named);
    expect(refused.code).toBe(2);
  });

  it('names file and line of a syntax error', async () => {
    const file = await write('broken.yaml', 'definition: document_analysis\ninput: { file: [a, b\n');
    const refused = await cli.run(['run', 'pipeline', '-i', file, '--json']);
    expect(refused.code).toBe(2);
    expect(envelopeSchema.parse(refused.json()).error?.message).toMatch(/broken\.yaml: line [23]/);
  });
});

describe('a run that is steered', () => {
  const given = (file: object) => ({ input: JSON.stringify(file) });
  const approval = { name: 'ok', approval: { message: 'Pay 900\u001b[31m EUR?' } };

  it('waits for approval, says for what and how to decide, and ends when it is decided, once', async () => {
    const followed = cli.start(['run', 'pipeline', '-i', '-', '--id', 'pay'], given({ steps: [approval], input: {} }));
    await followed.said(/npx cadenza approve pay ok --reject/);
    const status = await cli.run(['status', 'pay']);
    expect(status.stdout).toContain('waits for approval: "Pay 900');
    expect(status.stdout).toContain('npx cadenza approve pay ok');
    expect(status.stdout).not.toContain('\u001b');
    const unknown = await cli.run(['approve', 'pay', 'okay', '--json']);
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

    const again = await cli.run(['approve', 'pay', 'ok', '--json']);
    expect(again.code).toBe(2);
    expect(envelopeSchema.parse(again.json()).error?.message).toBe('the run "pay" has ended (completed)');
  });

  it('is paused and resumed, and refuses both where they make no sense', async () => {
    const steps = [approval, { name: 'after', wait: { seconds: 0.01 }, dependsOn: ['ok'] }];
    await cli.run(['run', 'pipeline', '-i', '-', '--id', 'hold', '--detach'], given({ steps, input: {} }));
    const paused = await cli.run(['pause', 'hold', '--json']);
    expect(envelopeSchema.parse(paused.json())).toMatchObject({ status: 'paused', progress: { status: 'paused' } });
    expect((await cli.run(['pause', 'hold'])).code).toBe(2);
    expect((await cli.run(['approve', 'hold', 'ok'])).code).toBe(0);
    const held = await cli.run(['status', 'hold', '--json']);
    expect(envelopeSchema.parse(held.json()).progress).toMatchObject({
      steps: [{ name: 'ok' }, { name: 'after', status: 'pending' }],
    });
    expect((await cli.run(['retry', 'hold', 'ok'])).code).toBe(2);
    expect((await cli.run(['resume', 'hold'])).code).toBe(0);
    const result = await cli.run(['result', 'hold', '--json']);
    expect(envelopeSchema.parse(result.json()).status).toBe('completed');
    const listed = listSchema.parse((await cli.run(['list', '--json'])).json()).runs;
    expect(listed.slice(0, 2).map(({ workflowId }) => workflowId)).toEqual(['hold', 'pay']);
  });
});

describe('usage', () => {
  it('suggests the nearest command and exits with 2', async () => {
    const { code, stderr } = await cli.run(['analise', 'x.pdf']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean analyze?');
  });

  it('puts a usage error into the envelope too', async () => {
    const { code, json } = await cli.run(['run', '-i', '-', '--json']);
    expect(code).toBe(2);
    expect(envelopeSchema.parse(json()).error?.message).toContain('pattern');
  });

  it('lists the shipped definitions and the models', async () => {
    const [definitions, models] = await Promise.all([
      cli.run(['definitions', '--json']),
      cli.run(['models', '--json']),
    ]);
    expect(definitions.json()).toMatchObject({ definitions: [{ name: 'document_analysis' }] });
    expect(models.json<{ models: { name: string }[] }>().models.map(({ name }) => name)).toContain('fast_classifier');
  });
});

async function write(name: string, content: string | Buffer): Promise<string> {
  await mkdir(cli.folder, { recursive: true });
  const file = path.join(cli.folder, name);
  await writeFile(file, content);
  return file;
}

async function writeSparse(name: string, bytes: number): Promise<string> {
  const file = path.join(cli.folder, name);
  const handle = await open(file, 'w');
  await handle.truncate(bytes);
  await handle.close();
  return file;
}
