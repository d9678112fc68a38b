import { guardHtml } from './guard-html';
import { htmlToText } from './html-to-plain-text';
import type { ReadText } from './read-document';

/** The few parts of the DOM that are used here. */
type Element = {
  readonly outerHTML: string;
  readonly innerHTML: string;
  readonly textContent: string | null;
  readonly parentElement: Element | null;
  getAttribute(name: string): string | null;
  closest(selector: string): Element | null;
  remove(): void;
};
type Page = {
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
};

const MOST_PIECES = 50_000;
const NOT_TEXT = 'script, style, noscript, template, svg, nav, [hidden], [aria-hidden="true"]';

/** Loaded when needed: its 0.1 seconds would count for every document. */
const parser = () => import('linkedom');

/** The article of a web page: `main` or `article` where there is one, else what Readability finds, else all of it. */
export async function readHtml(given: string): Promise<ReadText> {
  const html = guardHtml(given);
  const page = await parse(html);
  const title = titleOf(page);
  for (const element of page.querySelectorAll(NOT_TEXT)) element.remove();
  const article = htmlToText(marked(page));
  if (article !== '') return { text: article, title };
  const whole = htmlToText(page.querySelector('body')?.outerHTML ?? html);
  const found = isReadable(html) ? htmlToText(await readable(html)) : '';
  // Readability gives up on short pages, or keeps one paragraph of them.
  return { text: found.length > whole.length / 4 ? found : whole, title };
}

async function parse(html: string): Promise<Page> {
  const { parseHTML } = await parser();
  const whole = /<html[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`;
  return parseHTML(whole).document as unknown as Page;
}

/** What the page itself marks as its content. */
function marked(page: Page): string {
  const main = page.querySelector('main, [role="main"]');
  if (main) return main.outerHTML;
  // Comments below an article are often articles inside it.
  const articles = [...page.querySelectorAll('article')].filter(
    (article) => !article.parentElement?.closest('article'),
  );
  return articles.map((article) => article.outerHTML).join('\n');
}

/** Readability compares every piece of a page with those around it. */
function isReadable(html: string): boolean {
  return (html.match(/[<&]/g)?.length ?? 0) <= MOST_PIECES;
}

async function readable(html: string): Promise<string> {
  const { Readability } = await import('@mozilla/readability');
  // It takes the page apart, so it gets one of its own.
  const page = (await parse(html)) as unknown as ConstructorParameters<typeof Readability>[0];
  return new Readability<string>(page).parse()?.content ?? '';
}

function titleOf(page: Page): string | null {
  const candidates = [
    page.querySelector('meta[property="og:title"]')?.getAttribute('content'),
    page.querySelector('title')?.textContent,
    page.querySelector('h1')?.textContent,
  ];
  return candidates.find((candidate) => candidate && candidate.trim() !== '') ?? null;
}
