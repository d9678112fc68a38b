import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../src/config/package-paths';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cadenza-deploy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script with one tool in its place: the tool writes down how it was called, then does `body`. */
function run(script: string, tool: string, body: string, variables: Record<string, string>) {
  writeFileSync(path.join(folder, tool), `#!/bin/sh\necho "$*" >> "${folder}/calls"\n${body}\n`);
  chmodSync(path.join(folder, tool), 0o755);
  const file = path.join(packageRoot(), 'deploy', 'temporal', script);
  const { status, stderr } = spawnSync('/bin/sh', [file], {
    encoding: 'utf8',
    env: { PATH: `${folder}:/usr/bin:/bin`, ...variables },
  });
  const calls = path.join(folder, 'calls');
  return { status, stderr, calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [] };
}

describe('setup-schema.sh', () => {
  const variables = { SQL_HOST: 'postgresql', SQL_USER: 'temporal', SQL_PASSWORD: 'secret' };

  it('creates both databases and brings each to its own schema; the password is on no command line', () => {
    const { status, calls } = run('setup-schema.sh', 'temporal-sql-tool', '', variables);
    expect(status).toBe(0);
    const where = '--plugin postgres12 --ep postgresql --port 5432 --user temporal --db';
    const schema = '/etc/temporal/schema/postgresql/v12';
    expect(calls).toEqual([
      `${where} temporal create`,
      `${where} temporal setup-schema --version 0.0`,
      `${where} temporal update-schema --schema-dir ${schema}/temporal/versioned`,
      `${where} temporal_visibility create`,
      `${where} temporal_visibility setup-schema --version 0.0`,
      `${where} temporal_visibility update-schema --schema-dir ${schema}/visibility/versioned`,
    ]);
  });

  it('ends at the first step that fails, so that the server does not start on half a schema', () => {
    const { status, calls } = run('setup-schema.sh', 'temporal-sql-tool', 'exit 3', variables);
    expect([status, calls.length]).toEqual([3, 1]);
  });
});

describe('create-namespace.sh', () => {
  const variables = {
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_NAMESPACE: 'default',
    RETENTION: '168h',
    ATTEMPTS: '2',
  };

  it('creates the namespace where it is missing, and waits until it can be used', () => {
    const { status, calls } = run(
      'create-namespace.sh',
      'temporal',
      'case "$*" in *describe*) exit 1;; esac',
      variables,
    );
    expect(status).toBe(0);
    expect(calls).toEqual([
      'operator cluster health',
      'operator namespace describe --namespace default',
      'operator namespace create --namespace default --retention 168h',
      'workflow count',
    ]);
  });

  it('leaves a namespace alone that is there', () => {
    const { status, calls } = run('create-namespace.sh', 'temporal', '', variables);
    expect(status).toBe(0);
    expect(calls.join()).not.toContain('create');
  });

  it('gives up on a server that does not answer, with the last thing it said', () => {
    const { status, stderr } = run('create-namespace.sh', 'temporal', 'echo connection refused >&2; exit 1', variables);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Server answers: not after 2 attempts[\s\S]*connection refused/);
  });
});
