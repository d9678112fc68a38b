import { attribute, html, markupOf } from '../../../src/report/html';
import { valueHtml } from '../../../src/report/page/value';
import { beginningOf, visiblePieces, visibleText } from '../../../src/report/visible-characters';

const HOSTILE = `</script><img src=x onerror="alert(1)">'\`&`;

test('what fills a gap is text, within an element as within an attribute', () => {
  const markup = markupOf(html`<p title="${HOSTILE}">${HOSTILE}</p>`);
  expect(markup).toBe(
    '<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&#96;&amp;">' +
      '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&#96;&amp;</p>',
  );
});

test('markup of this module stays markup, also in lists; nothing stays nothing', () => {
  const rows = ['<a>', 'b'].map((text) => html`<li>${text}</li>`);
  expect(
    markupOf(
      html`<ul>
        ${rows}${undefined}${false}${null}
      </ul>`,
    ),
  ).toMatch(/<li>&lt;a&gt;<\/li><li>b<\/li>\s*<\/ul>$/);
});

test('a gap in a tag is refused, but for a whole attribute', () => {
  expect(() => html`<p class=${'a'}></p>`).toThrow('must stand between double quotes');
  expect(() => html`<p ${'onclick="alert(1)"'}></p>`).toThrow('must stand between double quotes');
  expect(() => html`<p ${html`<b></b>`}></p>`).toThrow('must stand between double quotes');
  expect(markupOf(html`<p${attribute('title', '"><b>')}></p>`)).toBe('<p title="&quot;&gt;&lt;b&gt;"></p>');
});

test('markup can not become the value of an attribute', () => {
  expect(() => html`<p title="${html`<b></b>`}"></p>`).toThrow(TypeError);
});

test('what shows nothing or turns its neighbours is named in its place', () => {
  const turned = `a\u202eb\u0000c\u200dd${String.fromCharCode(0xd800)}${String.fromCodePoint(0xe0041)}`;
  expect(visibleText(turned)).toBe('a[U+202E]b[U+0000]c\u200dd[U+D800][U+E0041]');
  expect(markupOf(html`<p>${'x\u2066y'}</p>`)).toContain('>U+2066</span>y');
  expect(visiblePieces('one\r\ntwo\tthree')).toEqual([{ text: 'one\ntwo\tthree' }]);
  expect(visiblePieces('')).toEqual([{ text: '' }]);
});

test('a text of nothing but hidden characters is short, and none of them is lost without a sign', () => {
  expect(visibleText('a\u0000\u0000\u0000b')).toBe('a[U+0000 × 3]b');
  const mixed = '\u0000\u0001'.repeat(50_000);
  expect(markupOf(html`<p>${mixed}</p>`).length).toBeLessThan(400_000);
  expect(visibleText(`${mixed}z`)).toMatch(/^\[U\+0000\]\[U\+0001\].*\ufffdz$/s);
});

test('a text that is cut is cut between characters', () => {
  const smile = '\u{1f600}';
  expect(beginningOf(`a${smile}b`, 2)).toBe('a');
  expect(beginningOf(`a${smile}b`, 3)).toBe(`a${smile}`);
  const page = markupOf(valueHtml(`x${smile.repeat(1000)}`, new Map()));
  expect(page).not.toContain('U+D83D');
});
