import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/config/package-paths';

type Service = {
  image?: string;
  build?: { context: string; args: Record<string, string> };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | null>;
  env_file?: { path: string; required: boolean }[];
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  restart?: string;
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

const root = packageRoot();
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const source = read('docker-compose.yml');
const versions = Object.fromEntries(
  read('.env')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split('=') as [string, string]),
);
const VARIABLE = /\$\{([A-Z_]+)(?::-([^}]*))?\}/g;
const compose = parse(
  source.replace(VARIABLE, (_whole, name: string, otherwise?: string) => versions[name] ?? otherwise ?? ''),
) as Compose;
const services = Object.entries(compose.services);
const service = (name: string): Service => compose.services[name] ?? {};

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose Specification', () => {
    const { $schema: _draft7, ...schema } = JSON.parse(read('test/fixtures/compose-spec/compose-spec.json'));
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has a value or a default for every variable', () => {
    const used = [...source.matchAll(VARIABLE)];
    expect(used.length).toBeGreaterThan(5);
    expect(source.match(/\$[{A-Za-z]/g)?.length).toBe(used.length);
    const open = used.filter(([, name = '', otherwise]) => versions[name] === undefined && otherwise === undefined);
    expect(open.map(([whole]) => whole)).toEqual([]);
  });

  it('takes versions, and nothing else, from .env, which git does not ignore', () => {
    for (const [name, value] of Object.entries(versions))
      expect(`${name}=${value}`).toMatch(/^[A-Z_]+_VERSION=\d+\.\d+[\w.-]*$/);
    expect(spawnSync('git', ['check-ignore', '--no-index', '.env'], { cwd: root }).status).toBe(1);
  });

  it('pins every image to a version, and the server and its tools to one', () => {
    const images = services.flatMap(([, { image }]) => (image ? [image] : []));
    expect(images).toHaveLength(5);
    for (const image of images) expect(image).toMatch(/^[a-z/-]+:\d+\.\d+/);
    expect(images.join()).not.toMatch(/latest|auto-setup/);
    expect(versions.TEMPORAL_ADMIN_TOOLS_VERSION?.split('-')[0]).toBe(versions.TEMPORAL_VERSION);
  });

  it('mounts and builds only what is there', () => {
    const missing = services.flatMap(([name, { volumes = [], build, env_file = [] }]) => [
      ...volumes.map((volume) => volume.split(':')[0] ?? '').filter((from) => !isThere(from)),
      ...(build ? [build.context, 'Dockerfile'] : []).filter((file) => !isThere(`./${file}`)),
      ...env_file.filter((file) => file.required).map((file) => `${name}: ${file.path}`),
    ]);
    expect(missing).toEqual([]);
    expect(services.flatMap(([, { volumes = [] }]) => volumes).length).toBeGreaterThan(5);
  });

  it('publishes ports on this machine only', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('starts each service when what it needs is healthy or done', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const needed = service(other);
        const isJob = needed.restart?.startsWith('on-failure') ?? false;
        const wanted = isJob ? 'service_completed_successfully' : 'service_healthy';
        expect(`${name} needs ${other}: ${condition}`).toBe(`${name} needs ${other}: ${wanted}`);
        if (!isJob) expect([other, needed.healthcheck?.test[0]]).toEqual([other, 'CMD']);
      }
    }
    expect(chain('worker')).toEqual(['worker', 'temporal-namespace', 'temporal', 'temporal-schema', 'postgresql']);
  });

  it('gives keys to the worker and to nobody else', () => {
    const withKeys = services.filter(
      ([, one]) => one.env_file || /_KEY|OPENAI/.test(JSON.stringify(one.environment ?? {})),
    );
    expect(withKeys.map(([name]) => name)).toEqual(['worker']);
    expect(source).not.toMatch(/_KEY:[^\n]*\S/);
  });

  it('keeps the database, the content store and the local model on volumes', () => {
    const targets = (name: string) => (service(name).volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(targets('postgresql')).toEqual(['/var/lib/postgresql/data']);
    const { CADENZA_STORE, CADENZA_CACHE } = service('worker').environment ?? {};
    expect(targets('worker')).toEqual([CADENZA_STORE, CADENZA_CACHE]);
  });

  it('has the dynamic configuration of the embedded server', () => {
    const file = parse(read('deploy/temporal/dynamic-config.yaml')) as Record<string, { value: unknown }[]>;
    const values = Object.fromEntries(Object.entries(file).map(([key, [first]]) => [key, String(first?.value)]));
    const embedded = read('src/embedded/server-process.ts').matchAll(/'--dynamic-config-value', '([^=']+)=([^']+)'/g);
    expect(values).toEqual(Object.fromEntries([...embedded].map(([, key, value]) => [key, value])));
    expect(Object.keys(values).length).toBeGreaterThan(2);
    const mounted = service('temporal').volumes?.[0]?.split(':')[1];
    expect(service('temporal').environment?.DYNAMIC_CONFIG_FILE_PATH).toBe(mounted);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words = '']) =>
    words.split(' ').slice(0, -1),
  );
  const letIn = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));

  it('copies only what is there and what .dockerignore lets in, which is nothing else', () => {
    expect(copied.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
    expect([...letIn].sort()).toEqual([...new Set(copied)].sort());
    expect(read('.dockerignore')).toMatch(/^\*$/m);
  });

  it('is built for the Node version of .env, and runs without root', () => {
    expect(dockerfile).toContain(`ARG NODE_VERSION=${versions.NODE_VERSION}\n`);
    expect(service('worker').build?.args).toEqual({ NODE_VERSION: versions.NODE_VERSION });
    expect(dockerfile.match(/^USER .*$/gm)).toEqual(['USER node']);
  });

  it('copies from the build what package.json says runs', () => {
    const { bin } = JSON.parse(read('package.json')) as { bin: { cadenza: string } };
    expect(dockerfile).toContain(`/app/${bin.cadenza} `);
  });
});

function isThere(from: string): boolean {
  return from.startsWith('./') ? existsSync(path.join(root, from)) : Object.hasOwn(compose.volumes, from);
}

/** A service and what it waits for, following the first of each. */
function chain(name: string): string[] {
  const [next] = Object.keys(service(name).depends_on ?? {});
  return next === undefined ? [name] : [name, ...chain(next)];
}
