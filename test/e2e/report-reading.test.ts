import type { Browser } from 'playwright-core';
import { PATTERNS } from '../../src/contracts/names';
import { documentPage } from '../../src/report/page/document';
import { buildReport } from '../../src/report/model/report-model';
import { runMain } from '../../src/report/page/run-page';
import { launchBrowser } from '../helpers/browser';
import { RECORDED, recordedRun } from '../helpers/recorded-run';

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** What a screen reader would stumble over on the page: headings that jump, and what has no name, place or target. */
const STUMBLES = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (one) => (one.textContent ?? '').trim() !== '' || one.hasAttribute('aria-label');
  const labelled = (one) => one.hasAttribute('aria-label') || one.hasAttribute('aria-labelledby');
  const ids = all('[id]').map(({ id }) => id);
  const levels = all('h1, h2, h3, h4, h5, h6').map(({ tagName }) => Number(tagName[1]));
  const targets = all('a[href^="#"]').map((one) => decodeURIComponent(one.getAttribute('href').slice(1)));
  const words = (name) => all('[' + name + ']').flatMap((one) => one.getAttribute(name).split(' '));
  const found = {
    language: document.documentElement.lang === '' ? ['none'] : [],
    title: document.title === '' ? ['none'] : [],
    landmarks: all('main').length === 1 ? [] : ['main'],
    top: levels.filter((level) => level === 1).length === 1 ? [] : levels,
    jumps: levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1),
    nameless: all('a, button, summary, h1, h2, h3, h4, label').filter((one) => !named(one)),
    inputs: all('input, select').filter((one) => !labelled(one) && one.labels.length === 0),
    drawings: all('svg, nav, [role=img], [role=group]').filter((one) => !one.closest('[aria-label], [aria-labelledby], [aria-hidden=true]')),
    tables: all('table').filter((one) => !labelled(one) && one.caption === null),
    heads: all('th').filter((one) => !one.hasAttribute('scope')),
    twice: ids.filter((id, index) => ids.indexOf(id) !== index),
    lost: [...targets, ...words('aria-labelledby'), ...words('aria-describedby')].filter((id) => !ids.includes(id)),
  };
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0).map(([name, list]) => [name, list.map((one) => one.outerHTML?.slice(0, 200) ?? one)]));
})()`;

it.each(PATTERNS)('a screen reader finds its way about the page of %s', async (pattern) => {
  const record = await recordedRun(RECORDED[pattern]);
  const main = runMain(buildReport(record, new Map(), record.endedAt ?? 0), { inside: () => undefined });
  const page = await browser?.newPage();
  if (!page) return;
  await page.setContent(documentPage({ title: pattern, main }, new Date()).markup);
  expect(await page.evaluate(STUMBLES)).toEqual({});
  // A page on which all is missing: each kind is found.
  await page.setContent(
    '<h2></h2><h4><a href="#no"></a></h4><table><th>x</table><svg></svg><input><p id="a"><p id="a">',
  );
  expect(Object.keys((await page.evaluate(STUMBLES)) as object)).toHaveLength(12);
  await page.close();
});
