import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Browser } from 'playwright-core';
import { TASK_QUEUE } from '../../src/contracts/names';
import { createReportServer } from '../../src/report/server/report-server';
import type { ReportServer } from '../../src/report/server/report-server';
import { launchBrowser } from '../helpers/browser';
import { closeTestServer, testServer } from '../helpers/test-server';
import type { TestWorld } from '../helpers/test-world';
import { createTestWorld } from '../helpers/test-world';
import { waitUntil } from '../helpers/wait-until';

/** What else is on a machine: other programs on other ports, and other people's Workflows in the same namespace. */
const TOKEN = 'token-of-the-test';
const bearer = { authorization: `Bearer ${TOKEN}` };
let world: TestWorld;
let worker: Worker;
let served: Promise<void>;
let connection: NativeConnection;
let browser: Browser | undefined;
let server: ReportServer;
let address: string;

jest.setTimeout(120_000);
beforeAll(async () => {
  browser = await launchBrowser();
  world = await createTestWorld();
  connection = await NativeConnection.connect({ address: testServer().address });
  worker = await Worker.create({
    connection,
    namespace: world.namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: path.join(__dirname, '../helpers/foreign-workflows.cjs'),
  });
  served = worker.run();
  server = createReportServer({ cadenza: world.cadenza, token: TOKEN, loopbackOnly: true, temporal: () => undefined });
  address = await server.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await browser?.close();
  await server.close();
  worker.shutdown();
  await served;
  await connection.close();
  await world.close();
  await closeTestServer();
});

/** A Workflow of somebody else under the name of a pattern. */
async function startForeign(type: string, workflowId: string, input: object): Promise<void> {
  await world.cadenza.temporal.workflow.start(type, { workflowId, taskQueue: TASK_QUEUE, args: [input] });
}

async function get(at: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${address}${at}`, { headers: { ...bearer, ...headers }, redirect: 'manual' });
  return { status: response.status, text: await response.text() };
}

/** The answer to a path and headers as they stand, over a connection of its own; `fetch` would tidy them. */
async function raw(at: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const asked = request(address, { path: at, headers, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

it('lists and shows runs beside those of others, whatever these answer', async () => {
  const usage = { costUsd: 'a lot', byModel: 7 };
  await startForeign('pipeline', 'nothing', { answers: { progress: null } });
  await startForeign('pipeline', 'number', { answers: { progress: 7, plan: 7, resultSoFar: 7 } });
  await startForeign('pipeline', 'usage', {
    answers: { progress: { usage, steps: 'x' }, plan: [], resultSoFar: { usage } },
  });
  await startForeign('treeOfThought', 'ended', { ends: true, result: { usage, tree: { nodes: [null] } } });
  await startForeign('pipeline', 'silent', {});
  const ids = ['nothing', 'number', 'usage', 'ended', 'silent'];
  await waitUntil(async () => (await world.cadenza.list()).runs.length === ids.length);
  const { runs } = await world.cadenza.list();
  expect(runs.map(({ costUsd }) => costUsd)).toEqual(ids.map(() => 0));
  const list = await get('/');
  expect([list.status, ...ids.map((id) => list.text.includes(`<bdi>${id}</bdi>`))]).toEqual([
    200,
    true,
    true,
    true,
    true,
    true,
  ]);
  for (const id of ids) {
    const page = await get(`/runs/${id}`);
    expect([id, page.status, page.text.includes('How it was decided')]).toEqual([id, 200, true]);
  }
});

it('answers no page of another port of this machine, which to a browser is the same site', async () => {
  const from = (site: string, mode: string) =>
    raw('/', { ...bearer, 'sec-fetch-site': site, 'sec-fetch-mode': mode }).then(({ statusCode }) => statusCode);
  expect(await from('same-site', 'no-cors')).toBe(403);
  expect(await from('same-site', 'navigate')).toBe(200);
  expect(await from('same-origin', 'cors')).toBe(200);
});

it('leads to no other address, whatever path the token comes with', async () => {
  const response = await raw(`/.//evil.example/?token=${TOKEN}`);
  expect(response.statusCode).toBe(303);
  expect(new URL(response.headers.location ?? '', address).origin).toBe(address);
});

/** A program on another port that writes down the cookies it is sent. */
async function neighbour(): Promise<{ address: string; cookies: string[]; server: Server }> {
  const cookies: string[] = [];
  const other = createServer((request, response) => {
    cookies.push(request.headers.cookie ?? '');
    response
      .setHeader('content-type', 'text/html')
      .end(`<script>if (!location.hash) location = '/again/runs/x#2'</script>`);
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  return { address: `http://127.0.0.1:${(other.address() as AddressInfo).port}`, cookies, server: other };
}

it('gives its cookie to no other program of this machine that the same browser visits', async () => {
  const other = await neighbour();
  const page = await browser?.newPage();
  if (page) {
    await page.goto(`${address}/?token=${TOKEN}`);
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    expect(page.url()).not.toContain(TOKEN);
    await page.reload();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.goto(`${other.address}/`);
    await waitUntil(async () => other.cookies.length > 1);
    expect(other.cookies.join()).not.toContain(TOKEN);
    await page.close();
  }
  other.server.close();
  other.server.closeAllConnections();
});

it('keeps nothing of what a page showed before, however often it is new, and says when there is nothing new', async () => {
  const page = await browser?.newPage();
  if (!page) return;
  const steps = ['a', 'b'].map((name) => ({ name, status: 'running' }));
  const usage = { costUsd: 0, byModel: {}, byStep: {} };
  const plan = { parents: { b: ['a'] }, results: {} };
  await startForeign('pipeline', 'goes-on', { answers: { progress: { usage, steps }, plan, resultSoFar: null } });
  // Counts what listens at the window, where nothing that was replaced may stay.
  await page.addInitScript(`
    window.listening = 0;
    const add = window.addEventListener.bind(window);
    window.addEventListener = (type, listener, options) => {
      if (type.startsWith('pointer')) {
        window.listening += 1;
        options?.signal?.addEventListener('abort', () => (window.listening -= 1));
      }
      return add(type, listener, options);
    };`);
  await page.goto(`${address}/runs/goes-on?token=${TOKEN}`);
  await page.locator('.drawing').waitFor();
  const first = await page.evaluate<number>('window.listening');
  expect(first).toBeGreaterThan(0);
  const before = await page.locator('.tiles').innerText();
  await waitUntil(async () => (await page.locator('.tiles').innerText()) !== before);
  expect(await page.evaluate('window.listening')).toBe(first);

  await page.route('**/runs/goes-on', (route) => route.fulfill({ status: 503, body: '' }));
  await page.getByText('Nothing new can be told now').waitFor();
  await page.unroute('**/runs/goes-on');
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await page.title()).toContain('running');
  await world.cadenza.temporal.workflow.getHandle('goes-on').terminate();
  await page.getByText('It has ended.').waitFor();
  expect(await page.title()).toContain('terminated');
  await page.close();
});

it('answers others while somebody holds connections open and says nothing', async () => {
  const { port } = new URL(address);
  const held: Socket[] = [];
  for (let index = 0; index < 600; index += 1) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    if (index % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: ');
    held.push(socket);
  }
  await sleep(7_500);
  expect((await raw('/', bearer)).statusCode).toBe(200);
  expect(held.filter(({ readyState }) => readyState === 'open').length).toBe(0);
  for (const socket of held) socket.destroy();
});
