import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cadenza } from '../../client';
import { closeServer, listenOn } from '../../client/http-server';
import { isServerTrouble } from '../../client/server-trouble';
import { isCadenzaError } from '../../contracts/failures';
import { compareRuns } from '../compare/compare-runs';
import { renderComparison } from '../compare/render-comparison';
import { html, markupOf } from '../html';
import type { Content, Html } from '../html';
import type { Page } from '../page/document';
import { documentPage } from '../page/document';
import { titleOf } from '../render-report';
import { accessOf } from './access';
import { listMain, refusalMain } from './list-page';
import { createRunPages } from './run-pages';
import type { RunPages } from './run-pages';

export type ReportServerOptions = {
  cadenza: Cadenza;
  /** What a reader must bring: once in the address, then as a cookie; or as `Authorization: Bearer`. */
  token: string;
  /** False: whatever name leads to it is answered, as behind a proxy. */
  loopbackOnly: boolean;
  /** A run in the Temporal UI, where its address is known. */
  temporal: (run: { workflowId: string; runId: string }) => string | undefined;
};

export type ReportServer = {
  /** Resolves to the address when connections are taken. @throws CadenzaError `ConfigurationInvalid` */
  listen(port: number, host: string): Promise<string>;
  close(): Promise<void>;
};

type Answer = {
  status: number;
  page: Page;
  tag?: string;
  isOver?: boolean;
  main?: Html;
  headers?: Record<string, string>;
};

const LISTED = 100;

/**
 * The pages of runs by HTTP: a list, each run as it goes on, two side by side. Only reads. Without the token nothing is
 * told, not even whether a run is there. @throws nothing: what goes wrong is a page
 */
export function createReportServer({ cadenza, token, loopbackOnly, temporal }: ReportServerOptions): ReportServer {
  const pages = createRunPages(cadenza, addressOf, temporal);
  let hosts: string[] | undefined = [];
  let cookie = 'cadenza';
  const limits = { requestTimeout: 15_000, headersTimeout: 5_000, maxHeaderSize: 16 * 1024 };
  const server = createServer(limits, (request, response) => {
    const rules = { token, hosts, cookie };
    handle(request, response, { cadenza, pages, rules }).catch(() => response.destroy());
  });
  return {
    async listen(port, host) {
      const address = await listenOn(server, port, host);
      const { port: bound } = new URL(address);
      cookie = `cadenza_${bound}`;
      hosts = loopbackOnly ? ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${bound}`) : undefined;
      return address;
    },
    close: () => {
      // A page that is open asks again every second, and would keep its connection.
      server.closeIdleConnections();
      return closeServer(server);
    },
  };
}

type Parts = { cadenza: Cadenza; pages: RunPages; rules: Parameters<typeof accessOf>[2] };

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { cadenza, pages, rules }: Parts,
): Promise<void> {
  request.resume();
  response.on('error', () => undefined);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const access = accessOf(request, url, rules);
  if (access === 'entry') {
    // From here on the token is in no address, history or log.
    response.writeHead(303, {
      location: url.pathname,
      'set-cookie': `${rules.cookie}=${rules.token}; HttpOnly; SameSite=Strict; Path=/`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    return void response.end();
  }
  if (access !== 'granted') return send(request, response, refused(access));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(request, response, plain(405, 'Nothing to change here', 'Pages can only be read.'));
  }
  const answer = await answerTo(url.pathname, cadenza, pages).catch(troubled);
  send(request, response, answer);
}

function refused(access: 'unknown' | 'foreign'): Answer {
  if (access === 'foreign')
    return plain(403, 'Not for this page', 'Only pages of this server itself may use it, by a name of this machine.');
  return plain(401, 'A token is needed', 'Open the address that `cadenza ui` has printed: it carries the token.');
}

async function answerTo(pathname: string, cadenza: Cadenza, pages: RunPages): Promise<Answer> {
  const [kind, ...ids] = pathname.split('/').slice(1).map(decoded);
  if (kind === '') {
    const main = listMain(await cadenza.list({ limit: LISTED }), addressOf);
    const tag = `"${createHash('sha256').update(markupOf(main)).digest('base64url').slice(0, 24)}"`;
    return live({ title: 'Cadenza: runs', main, tag, isOver: false });
  }
  const [id, other] = ids;
  if (kind === 'runs' && id !== undefined && ids.length === 1) {
    const { model, main, tag, isOver } = await pages.of(id);
    return live({ title: titleOf(model), main, tag, isOver });
  }
  if (kind === 'compare' && id !== undefined && other !== undefined && ids.length === 2) {
    const [first, second] = [await pages.of(id), await pages.of(other)];
    const comparison = compareRuns(first.model, second.model);
    return { status: 200, page: renderComparison(comparison, new Date(), { top: topBar(''), linkTo: addressOf }) };
  }
  return plain(404, 'Nothing is here', 'Runs are at /, and a run at /runs/ID.');
}

function live({ title, main, tag, isOver }: { title: string; main: Html; tag: string; isOver: boolean }): Answer {
  const state = isOver
    ? html`<span class="live">It has ended.</span>`
    : html`<span class="live" data-live="${tag}">Live</span>`;
  const page = documentPage({ title, main, top: topBar(state), live: true }, new Date());
  return { status: 200, page, tag, isOver, main };
}

function topBar(state: Content): Html {
  return html`<header class="topbar">
    <div>
      <strong><a href="/">Cadenza</a></strong>
      <nav aria-label="Pages"><a href="/">Runs</a></nav>
      ${state}
    </div>
  </header>`;
}

function plain(status: number, title: string, text: string): Answer {
  return { status, page: documentPage({ title, main: refusalMain(title, text) }, new Date()) };
}

function troubled(error: unknown): Answer {
  if (isCadenzaError(error)) {
    const status = error.type === 'RunNotFound' ? 404 : error.type === 'ServerUnavailable' ? 503 : 500;
    return plain(status, error.type, `${error.message}.`);
  }
  if (isServerTrouble(error)) return plain(503, 'ServerUnavailable', 'The Temporal server does not answer now.');
  return plain(500, 'Internal', 'A defect in Cadenza: the page could not be built.');
}

function send(request: IncomingMessage, response: ServerResponse, { status, page, tag, isOver, main }: Answer): void {
  const isPart = request.headers['x-cadenza-part'] === 'main' && main !== undefined;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': page.policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(isOver === undefined ? {} : { 'x-cadenza-over': String(isOver) }),
    ...(tag === undefined ? {} : { etag: tag }),
  };
  const isSame = isPart && tag !== undefined && request.headers['if-none-match'] === tag;
  response.writeHead(isSame ? 304 : status, headers);
  if (isSame || request.method === 'HEAD') response.end();
  else response.end(isPart ? markupOf(main) : page.markup);
}

/** Where the page of a run is. */
function addressOf(workflowId: string): string {
  return `/runs/${encodeURIComponent(workflowId)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
