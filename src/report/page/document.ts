import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compiledFile, packageRoot } from '../../config/package-paths';
import { html, markupOf, trusted } from '../html';
import type { Content, Html } from '../html';

/** One whole page, and the policy under which a browser is to show it. */
export type Page = { markup: string; policy: string };

type Assets = { style: string; script: string };

let loaded: Assets | undefined;

/** The page's own style and script, which stand in it: it asks nobody for anything. */
function assets(): Assets {
  loaded ??= {
    style: joined(path.join(packageRoot(), 'assets', 'report'), '.css'),
    script: joined(compiledFile('report', 'browser'), '.js'),
  };
  return loaded;
}

/** The files of a folder in the order of their names, as one. */
function joined(folder: string, ending: string): string {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
  const texts = files.map((name) => readFileSync(path.join(folder, name), 'utf8').replace(/^\/\/# .*$/gm, ''));
  return texts.join('\n');
}

/**
 * A whole page that runs nothing and loads nothing but its own style and script, by their hashes. `live`: its script may
 * ask the server that it comes from for news.
 */
export function documentPage(
  { title, main, top = '', live = false }: { title: string; main: Content; top?: Content; live?: boolean },
  at: Date,
): Page {
  const { style, script } = assets();
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${top}
        <main id="main" tabindex="-1">${main}</main>
        <footer>
          <p>Written by Cadenza ${moment(at)}. Times are UTC.</p>
          <p id="news" role="status" aria-live="polite" class="visually-hidden"></p>
        </footer>
        ${trusted(`<script>${script}</script>`)}
      </body>
    </html> `;
  return { markup: markupOf(body), policy: `${policy}; frame-ancestors 'none'` };
}

function moment(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')}</time>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
