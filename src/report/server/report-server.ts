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
import { accessOf, placeOf } from './access';
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
  /** What is new to a page that is open: its title and main part. */
  part?: Html;
  headers?: Record<string, string>;
};

const LISTED = 100;

/** A program that holds connections open, and says nothing or little, gets no more of them than leave room for others. */
const MOST_CONNECTIONS = 500;
const LIMITS = {
  requestTimeout: 15_000,
  headersTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/**
 * The pages of runs by HTTP: a list, each run as it goes on, two side by side. Only reads. Without the token nothing is
 * told, not even whether a run is there. @throws nothing: what goes wrong is a page
 */
export function createReportServer({ cadenza, token, loopbackOnly, temporal }: ReportServerOptions): ReportServer {
  const place = placeOf(token);
  const addressOf = (workflowId: string) => `${place}/runs/${encodeURIComponent(workflowId)}`;
  const pages = createRunPages(cadenza, addressOf, temporal);
  let hosts: string[] | undefined = [];
  let cookie = 'cadenza';
  const server = createServer(LIMITS, (request, response) => {
    const rules = { token, hosts, cookie };
    handle(request, response, { cadenza, pages, place, addressOf, rules }).catch(() => response.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
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

type Parts = {
  cadenza: Cadenza;
  pages: RunPages;
  /** What all paths of pages begin with, and where the page of a run is. */
  place: string;
  addressOf: (workflowId: string) => string;
  rules: Parameters<typeof accessOf>[2];
};

async function handle(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { place, rules } = parts;
  request.resume();
  response.on('error', () => undefined);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const access = accessOf(request, url, rules);
  const path = url.pathname.startsWith(`${place}/`) ? url.pathname.slice(place.length) : url.pathname;
  if (access === 'entry') {
    // From here on the token is in no address, history or log.
    response.writeHead(303, {
      location: `${place}${path}`,
      'set-cookie': `${rules.cookie}=${rules.token}; HttpOnly; SameSite=Strict; Path=${place}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    return void response.end();
  }
  if (access !== 'granted') return send(request, response, refused(access));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(request, response, plain(405, 'Nothing to change here', 'Pages can only be read.'));
  }
  const answer = await answerTo(path, parts).catch(troubled);
  send(request, response, answer);
}

function refused(access: 'unknown' | 'foreign'): Answer {
  if (access === 'foreign')
    return plain(403, 'Not for this page', 'Only pages of this server itself may use it, by a name of this machine.');
  return plain(401, 'A token is needed', 'Open the address that `cadenza ui` has printed: it carries the token.');
}

async function answerTo(pathname: string, { cadenza, pages, place, addressOf }: Parts): Promise<Answer> {
  const [kind, ...ids] = pathname.split('/').slice(1).map(decoded);
  if (kind === '') {
    const main = listMain(await cadenza.list({ limit: LISTED }), addressOf, place);
    const tag = `"${createHash('sha256').update(markupOf(main)).digest('base64url').slice(0, 24)}"`;
    return live({ title: 'Cadenza: runs', main, tag, isOver: false }, place);
  }
  const [id, other] = ids;
  if (kind === 'runs' && id !== undefined && ids.length === 1) {
    const { model, main, tag, isOver } = await pages.of(id);
    return live({ title: titleOf(model), main, tag, isOver }, place);
  }
  if (kind === 'compare' && id !== undefined && other !== undefined && ids.length === 2) {
    const [first, second] = [await pages.of(id), await pages.of(other)];
    const comparison = compareRuns(first.model, second.model);
    return {
      status: 200,
      page: renderComparison(comparison, new Date(), { top: topBar('', place), linkTo: addressOf }),
    };
  }
  return plain(404, 'Nothing is here', `Runs are at ${place}/, and a run at ${place}/runs/ID.`);
}

type Live = { title: string; main: Html; tag: string; isOver: boolean };

function live({ title, main, tag, isOver }: Live, place: string): Answer {
  const state = isOver
    ? html`<span class="live">It has ended.</span>`
    : html`<span class="live" data-live="${tag}">Live</span>`;
  const page = documentPage({ title, main, top: topBar(state, place), live: true }, new Date());
  return { status: 200, page, tag, isOver, part: html`<title>${title}</title>${main}` };
}

function topBar(state: Content, place: string): Html {
  return html`<header class="topbar">
    <div>
      <strong><a href="${place}/">Cadenza</a></strong>
      <nav aria-label="Pages"><a href="${place}/">Runs</a></nav>
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

function send(request: IncomingMessage, response: ServerResponse, { status, page, tag, isOver, part }: Answer): void {
  const isPart = request.headers['x-cadenza-part'] === 'main' && part !== undefined;
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
  else response.end(isPart ? markupOf(part) : page.markup);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
