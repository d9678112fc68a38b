import { compile } from 'html-to-text';
import { guardHtml } from './guard-html';
import { tidyLayout } from './tidy-text';

const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const SKIPPED = ['img', 'nav', 'button', 'noscript', 'template', 'svg', 'iframe'];

const convert = compile({
  wordwrap: false,
  // By default input is cut at 16 MB without a word.
  limits: { maxInputLength: Number.MAX_SAFE_INTEGER },
  selectors: [
    ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
    ...SKIPPED.map((selector) => ({ selector, format: 'skip' })),
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false, maxColumnWidth: 200 } },
    { selector: 'ul', options: { itemPrefix: '- ' } },
  ],
});

/** HTML as people would read it aloud: headings in their own case, a line for each row of a table, no addresses. */
export function htmlToText(html: string): string {
  return tidyLayout(convert(guardHtml(html)));
}
