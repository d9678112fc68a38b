import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterNamedBy, connectionConfig } from '../../../src/config/connection';
import { readEnvironment } from '../../../src/config/environment';
import { createHome } from '../../../src/config/home-folder';
import { isCadenzaError } from '../../../src/contracts/failures';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'cadenza-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const failure = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isCadenzaError(error)) return { type: error.type, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('the environment', () => {
  test('has a default for all that is not set, below the working directory and the user cache', () => {
    expect(readEnvironment({ HOME: '/users/ada' }, cwd)).toEqual({
      home: path.join(cwd, '.cadenza'),
      store: path.join(cwd, '.cadenza', 'store'),
      cache: '/users/ada/.cache/cadenza',
      telemetry: { host: '127.0.0.1', logLevel: 'WARN', logFormat: 'json', traces: false, recordContent: false },
      temporal: { HOME: '/users/ada' },
    });
  });

  test('switches telemetry on, and nothing that was not asked for', () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
    const telemetry = (env: Record<string, string>) => readEnvironment(env, cwd).telemetry;
    expect(telemetry({ CADENZA_METRICS_PORT: '9464', CADENZA_HEALTH_PORT: '9465' })).toMatchObject({
      metricsPort: 9464,
      healthPort: 9465,
      traces: false,
    });
    expect(telemetry({ CADENZA_LOG_LEVEL: 'info', CADENZA_LOG_FORMAT: 'pretty' })).toMatchObject({
      logLevel: 'INFO',
      logFormat: 'pretty',
    });
    expect(telemetry(endpoint)).toMatchObject({ traces: true, recordContent: false });
    expect(telemetry({ ...endpoint, OTEL_SDK_DISABLED: 'true' }).traces).toBe(false);
    expect(telemetry({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }).traces).toBe(false);
    const content = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' };
    expect(telemetry({ ...endpoint, ...content }).recordContent).toBe(true);
    expect(telemetry({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).traces).toBe(false);
    expect(failure(() => telemetry({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }))).toMatchObject({
      type: 'ConfigurationInvalid',
      field: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    });
    expect(failure(() => telemetry({ CADENZA_METRICS_PORT: '0' })).field).toBe('CADENZA_METRICS_PORT');
  });

  test('makes every path absolute', () => {
    writeFileSync(path.join(cwd, 'models.yaml'), '');
    writeFileSync(path.join(cwd, 'handlers.js'), '');
    const env = {
      CADENZA_HOME: 'state',
      CADENZA_CACHE: 'c',
      CADENZA_MODELS: 'models.yaml',
      CADENZA_HANDLERS: './handlers.js',
    };
    expect(readEnvironment(env, cwd)).toMatchObject({
      home: path.join(cwd, 'state'),
      store: path.join(cwd, 'state', 'store'),
      cache: path.join(cwd, 'c'),
      models: path.join(cwd, 'models.yaml'),
      handlers: path.join(cwd, 'handlers.js'),
    });
  });

  test('keeps the store where it was put, apart from the home', () => {
    expect(readEnvironment({ CADENZA_HOME: 'a', CADENZA_STORE: '/data/store' }, cwd).store).toBe('/data/store');
  });

  test('uses XDG_CACHE_HOME, unless it is relative', () => {
    expect(readEnvironment({ XDG_CACHE_HOME: '/caches', HOME: '/h' }, cwd).cache).toBe('/caches/cadenza');
    expect(readEnvironment({ XDG_CACHE_HOME: 'caches', HOME: '/h' }, cwd).cache).toBe('/h/.cache/cadenza');
  });

  test('takes an empty value for one that is not set', () => {
    const environment = readEnvironment({ CADENZA_HOME: '', CADENZA_MODELS: '', CADENZA_TEMPORAL_PORT: '' }, cwd);
    expect(environment.home).toBe(path.join(cwd, '.cadenza'));
    expect(environment).not.toHaveProperty('models');
    expect(environment).not.toHaveProperty('temporalPort');
  });

  test.each(['abc', '0', '65536', '-1', '7233.5', '7e3', ' '])('refuses %j as a port', (value) => {
    expect(failure(() => readEnvironment({ CADENZA_TEMPORAL_PORT: value }, cwd))).toEqual({
      type: 'ConfigurationInvalid',
      field: 'CADENZA_TEMPORAL_PORT',
      message: `CADENZA_TEMPORAL_PORT is ${JSON.stringify(value)}: it must be a port from 1 to 65535.`,
    });
  });

  test('reads secrets, the first of which signs, and the token of the events endpoint', () => {
    const encoded = `whsec_${Buffer.from('x'.repeat(24)).toString('base64')}`;
    const plain = 'twenty-four.characters!!';
    const env = {
      CADENZA_WEBHOOK_SECRET: ` ${encoded}  ${plain} `,
      CADENZA_WEBHOOK_PRIVATE: '1',
      CADENZA_EVENTS_SECRET: plain,
      CADENZA_EVENTS_TOKEN: plain,
    };
    expect(readEnvironment(env, cwd)).toMatchObject({
      webhookSecrets: [encoded, plain],
      webhookPrivate: true,
      eventsSecrets: [plain],
      eventsToken: plain,
    });
    expect(readEnvironment({ CADENZA_STORE_SHARED: 'true' }, cwd)).toMatchObject({ storeShared: true });
    expect(readEnvironment({ CADENZA_STORE_SHARED: 'false' }, cwd)).not.toHaveProperty('storeShared');
    expect(failure(() => readEnvironment({ CADENZA_STORE_SHARED: 'yes' }, cwd))).toMatchObject({
      field: 'CADENZA_STORE_SHARED',
    });
    expect(readEnvironment({ CADENZA_WEBHOOK_PRIVATE: '0' }, cwd)).not.toHaveProperty('webhookPrivate');
    expect(failure(() => readEnvironment({ CADENZA_WEBHOOK_PRIVATE: 'yes' }, cwd))).toMatchObject({
      field: 'CADENZA_WEBHOOK_PRIVATE',
      message: expect.stringContaining('"yes"'),
    });
  });

  test.each([
    ['a short one', 'twenty-three.characters'],
    ['one outside ASCII', 'twenty-four-characterß-and-more'],
    ['too few bytes in Base64', `whsec_${Buffer.from('x'.repeat(23)).toString('base64')}`],
    ['what is not Base64', `whsec_${'!'.repeat(40)}`],
    ['a bad one beside a good one', 'twenty-four.characters!! short'],
    ['none at all', '   '],
  ])('refuses %s as a secret, without showing it', (_what, value) => {
    for (const name of ['CADENZA_WEBHOOK_SECRET', 'CADENZA_EVENTS_SECRET', 'CADENZA_EVENTS_TOKEN']) {
      if (name.endsWith('TOKEN') && value.startsWith('whsec_')) continue;
      const { type, field, message } = failure(() => readEnvironment({ [name]: value }, cwd));
      expect([type, field]).toEqual(['ConfigurationInvalid', name]);
      expect(message).toContain('24');
      for (const part of value.split(' ').filter(Boolean)) expect(message).not.toContain(part);
    }
  });

  test('refuses one port for both the server and its UI', () => {
    const env = { CADENZA_TEMPORAL_PORT: '7300', CADENZA_UI_PORT: '7300' };
    expect(failure(() => readEnvironment(env, cwd))).toMatchObject({ field: 'CADENZA_UI_PORT' });
    expect(readEnvironment({ CADENZA_UI_PORT: '7300' }, cwd)).toMatchObject({ uiPort: 7300 });
  });

  test.each(['CADENZA_MODELS', 'CADENZA_HANDLERS'])('names %s when its file is not there', (name) => {
    const { message, ...rest } = failure(() => readEnvironment({ [name]: 'missing.yaml' }, cwd));
    expect(rest).toEqual({ type: 'ConfigurationInvalid', field: name });
    expect(message).toMatch(new RegExp(`^${name} is "missing.yaml": .*there is no such file`));
  });
});

describe('the home folder', () => {
  test('is made for its owner only and ignored by git', () => {
    const home = createHome(path.join(cwd, 'deep', '.cadenza'));
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(readFileSync(path.join(home, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('is left as it is when it is there', () => {
    const home = path.join(cwd, 'mine');
    mkdirSync(home, { mode: 0o750 });
    createHome(home);
    expect(statSync(home).mode & 0o777).toBe(0o750);
    expect(() => statSync(path.join(home, '.gitignore'))).toThrow('ENOENT');
  });

  test('is refused where a file is in the way', () => {
    writeFileSync(path.join(cwd, 'file'), '');
    expect(failure(() => createHome(path.join(cwd, 'file', 'home')))).toMatchObject({
      type: 'ConfigurationInvalid',
      field: 'CADENZA_HOME',
    });
  });
});

describe('the connection', () => {
  const choose = (env: Record<string, string>) => connectionConfig(readEnvironment({ HOME: cwd, ...env }, cwd));
  const profile = (text: string) => {
    const file = path.join(cwd, 'temporal.toml');
    writeFileSync(file, text);
    return { TEMPORAL_CONFIG_FILE: file };
  };

  test('is the embedded server where nothing is set', () => {
    expect(choose({})).toEqual({ kind: 'embedded' });
    expect(choose({ TEMPORAL_NAMESPACE: 'default' })).toEqual({ kind: 'embedded' });
  });

  test('is the cluster that TEMPORAL_ADDRESS names, with its namespace and key', () => {
    const env = { TEMPORAL_ADDRESS: 'temporal.test:7233', TEMPORAL_NAMESPACE: 'prod', TEMPORAL_API_KEY: 'k' };
    expect(choose(env)).toMatchObject({
      kind: 'cluster',
      namespace: 'prod',
      connectionOptions: { address: 'temporal.test:7233', apiKey: 'k', tls: true },
    });
    expect(choose({ TEMPORAL_ADDRESS: '[::1]:7233' })).toMatchObject({ kind: 'cluster', namespace: 'default' });
  });

  test('says what names the cluster, and how to get the embedded server instead', () => {
    const namedBy = (env: Record<string, string>) => clusterNamedBy(readEnvironment({ HOME: cwd, ...env }, cwd));
    expect(namedBy({ TEMPORAL_ADDRESS: 'a:1', TEMPORAL_PROFILE: 'p' })).toEqual({
      says: 'TEMPORAL_ADDRESS is "a:1"',
      undo: '`unset TEMPORAL_ADDRESS`',
    });
    expect(namedBy({ TEMPORAL_PROFILE: 'p' })).toMatchObject({ undo: '`unset TEMPORAL_PROFILE`' });
    expect(namedBy(profile('[profile.default]\naddress = "one:7233"\n')).undo).toContain('/dev/null');
    expect(choose({ TEMPORAL_CONFIG_FILE: '/dev/null' })).toEqual({ kind: 'embedded' });
  });

  test('is the cluster of a profile, by name or by default', () => {
    const file = profile(
      '[profile.default]\naddress = "one:7233"\n[profile.two]\naddress = "two:7233"\nnamespace = "n"\n',
    );
    expect(choose(file)).toMatchObject({ kind: 'cluster', connectionOptions: { address: 'one:7233' } });
    expect(choose({ ...file, TEMPORAL_PROFILE: 'two' })).toMatchObject({
      namespace: 'n',
      connectionOptions: { address: 'two:7233' },
    });
  });

  test('is refused for a profile that is not there, and a file that is not there', () => {
    expect(failure(() => choose({ ...profile(''), TEMPORAL_PROFILE: 'two' })).message).toContain("'two' not found");
    expect(choose(profile(''))).toEqual({ kind: 'embedded' });
    const other = profile('[profile.one]\naddress = "one:7233"\n');
    expect(failure(() => choose({ ...other, TEMPORAL_PROFILE: 'two' })).message).toContain("'two' not found");
    expect(failure(() => choose({ TEMPORAL_CONFIG_FILE: '/none.toml' })).field).toBe('TEMPORAL_CONFIG_FILE');
  });

  test('is refused for a broken file without showing the lines around the fault', () => {
    const { type, message } = failure(() => choose(profile('[profile.default]\napi_key = "sk-secret\n')));
    expect(type).toBe('ConfigurationInvalid');
    expect(message).not.toContain('sk-secret');
  });

  test.each(['http://temporal.test:7233', 'a b:7233', 'host:port', 'host:7233/x'])(
    'refuses the address %j',
    (address) => {
      expect(failure(() => choose({ TEMPORAL_ADDRESS: address }))).toMatchObject({
        type: 'ConfigurationInvalid',
        field: 'TEMPORAL_ADDRESS',
      });
    },
  );

  test.each(['TEMPORAL_API_KEY', 'TEMPORAL_NAMESPACE', 'TEMPORAL_TLS_CLIENT_CERT_PATH'])(
    'is refused where %s is set without an address, since the run would go to another server than was meant',
    (name) => {
      writeFileSync(path.join(cwd, 'prod'), '');
      const { message } = failure(() => choose({ [name]: path.join(cwd, 'prod') }));
      expect(message).toMatch(new RegExp(`^${name} is set, but no TEMPORAL_ADDRESS`));
    },
  );
});
