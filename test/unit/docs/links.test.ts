import { existsSync } from 'node:fs';
import path from 'node:path';
import { pages, read } from './pages';

const root = path.join(__dirname, '..', '..', '..');

/** The anchors of a page's headings, as GitHub and others make them. */
function anchorsOf(page: string): string[] {
  const headings = [...page.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)];
  return headings.map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a page that lead nowhere in this project. */
function brokenLinks(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
  });
}

test.each(pages())('every link of %s leads to a file and a heading that are there', (page) => {
  expect(brokenLinks(page, read(page))).toEqual([]);
});

test('a link to no file or no heading is found', () => {
  const text = '[a](docs/errors.md) [b](docs/error.md) [c](docs/models.md#built-in) [d](docs/models.md#built)';
  expect(brokenLinks('README.md', text)).toEqual(['docs/error.md', 'docs/models.md#built']);
});
