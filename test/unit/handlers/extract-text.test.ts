import type { JsonObject } from '../../../src/contracts/json';
import { createExtractText } from '../../../src/handlers/extract-text';
import { CHILD, extract, failure, fixture } from './extract-text-setup';
import { createFakeContext } from './fake-context';

const GERMAN = 'Die Müller GmbH schuldet uns „noch 300 €“ – zahlbar bis Freitag.\nMit freundlichen Grüßen aus Köln\n';

describe('text of each type of document', () => {
  test('a PDF gives its pages, its title and the text of both pages', async () => {
    const document = await extract('report.pdf', fixture('report.pdf'));
    expect(document).toMatchObject({ pages: 2, title: 'Harbour report', language: 'en', mediaType: 'application/pdf' });
    expect(document.text).toContain('counted 1,204 ships between April and June 2026.\nRepairs');
    expect(document.text).toContain('\n\nThe second page lists the ships by flag.');
    expect(document.note).toBeUndefined();
  });

  test('a PDF under another name is still a PDF', async () => {
    await expect(extract('report.txt', fixture('report.pdf'))).resolves.toMatchObject({ pages: 2 });
  });

  test('a PDF that only restricts printing is read', async () => {
    await expect(extract('owner.pdf', fixture('owner-password.pdf'))).resolves.toMatchObject({ pages: 2 });
  });

  test('a PDF whose second page is a scan says so', async () => {
    const document = await extract('half.pdf', fixture('half-scanned.pdf'));
    expect(document).toMatchObject({ pages: 2, note: 'Without text, perhaps scanned: page 2.' });
  });

  test('a PDF that is cut off at its end says that text may be missing', async () => {
    const document = await extract('cut.pdf', fixture('cut-at-end.pdf'));
    expect(document.text).toContain('1,204 ships');
    expect(document.note).toBe('The file is cut off at its end; text may be missing.');
  });

  test('a DOCX keeps the rows of its tables and its title', async () => {
    const document = await extract('contract.docx', fixture('contract.docx'));
    expect(document).toMatchObject({ pages: 1, title: 'Harbour contract', language: 'en' });
    expect(document.text).toMatch(/^Harbour contract\n\nThe harbour office/);
    expect(document.text).toMatch(/Berth +Fee\nEast pier +EUR 120\.50$/);
  });

  test('an HTML page gives its main part, with headings in their own case, and no scripts or menus', async () => {
    const page =
      '<!DOCTYPE html><html><head><title>Harbour news</title><style>p{}</style></head><body><nav>Home Imprint</nav>' +
      '<main><h1>Pier opens</h1><p>The <a href="https://x.example">east pier</a> opens&nbsp;on Friday.</p><script>alert(1)</script></main>' +
      `<div>${'Subscribe to our letter, which comes every week, and read more. '.repeat(20)}</div></body></html>`;
    const document = await extract('page.html', page);
    expect(document).toMatchObject({ title: 'Harbour news', mediaType: 'text/html', language: 'en' });
    expect(document.text).toBe('Pier opens\n\nThe east pier opens on Friday.');
  });

  test('an HTML page without main or article is read by what looks like its content', async () => {
    const sentence = 'The harbour office counted more ships this spring than in any year before, said its director. ';
    const page = `<html><body><div class="sidebar"><ul><li><a href="/a">Weather</a></li></ul></div><div class="content"><p>${sentence.repeat(8)}</p><p>${sentence.repeat(8)}</p></div></body></html>`;
    const { text } = await extract('page.html', page);
    expect(text).toContain('harbour office');
    expect(text).not.toContain('Weather');
  });

  test('Markdown stays as it is, and its first heading is the title', async () => {
    const text = 'Intro line.\n\n# Harbour *minutes*\n\n- one\n- two\n';
    await expect(extract('minutes.md', text)).resolves.toMatchObject({ text, title: 'Harbour *minutes*', pages: 1 });
  });

  test('an e-mail gives its fields, the plain body decoded, and names its attachment', async () => {
    const mail = [
      'From: =?iso-8859-1?Q?J=FCrgen_Vogt?= <jv@harbour.example>',
      'To: crew@harbour.example',
      'Subject: =?utf-8?B?RmFocnBsYW4gw6RuZGVydCBzaWNo?=',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="b1"',
      '',
      '--b1',
      'Content-Type: multipart/alternative; boundary=b2',
      '',
      '--b2',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Die F=E4hre f=E4hrt ab Montag um 8 Uhr, nicht mehr um 9 U=',
      'hr.',
      '--b2',
      'Content-Type: text/html',
      '',
      '<p>HTML twin</p>',
      '--b2--',
      '--b1',
      'Content-Type: application/pdf; name="plan.pdf"',
      'Content-Disposition: attachment; filename="plan.pdf"',
      '',
      'xxxx',
      '--b1--',
    ].join('\r\n');
    const document = await extract('ferry.eml', mail);
    expect(document).toMatchObject({ title: 'Fahrplan ändert sich', mediaType: 'message/rfc822', language: 'de' });
    expect(document.text).toBe(
      'From: Jürgen Vogt <jv@harbour.example>\nTo: crew@harbour.example\nSubject: Fahrplan ändert sich\n\n' +
        'Die Fähre fährt ab Montag um 8 Uhr, nicht mehr um 9 Uhr.',
    );
    expect(document.note).toContain('plan.pdf');
  });
});

describe('character sets', () => {
  test.each([
    ['windows-1252, quotes and euro sign included', 'windows-1252.txt'],
    ['UTF-16 with a byte order mark', 'utf-16-marked.txt'],
    ['big-endian UTF-16 without one', 'utf-16-unmarked.txt'],
  ])('%s is told by its bytes', async (_case, name) => {
    await expect(extract(name, fixture(name))).resolves.toMatchObject({ text: GERMAN, language: 'de' });
  });

  test('Shift-JIS is told by its bytes', async () => {
    const document = await extract('neko.txt', fixture('shift-jis.txt'));
    expect(document.text).toContain('吾輩は猫である。名前はまだ無い。');
    expect(document.language).toBe('ja');
  });

  test('UTF-8 loses its byte order mark, Windows line ends and control characters', async () => {
    const { text } = await extract('a.txt', '\ufeffone\r\ntwo\u0000\u001b[31m\ttab');
    expect(text).toBe('one\ntwo[31m\ttab');
  });

  test('HTML is read in the character set that it declares', async () => {
    const page = Buffer.from(
      '<html><head><meta charset="iso-8859-2"></head><body><p>\xa3\xf3d\xbc</p></body></html>',
      'latin1',
    );
    await expect(extract('page.html', page)).resolves.toMatchObject({ text: 'Łódź' });
  });
});

describe('text that is given instead of a file', () => {
  const run = async (inputs: JsonObject) =>
    createExtractText({ childFile: CHILD })(inputs, {}, createFakeContext().context);

  test.each([
    ['a string', 'The harbour office counted many ships.'],
    ['an object with text', { text: 'The harbour office counted many ships.' }],
  ])('%s is taken word for word', async (_case, document) => {
    await expect(run({ document })).resolves.toEqual({
      text: 'The harbour office counted many ships.',
      pages: 1,
      title: null,
      language: 'en',
      mediaType: 'text/plain',
    });
  });

  test('markup in a given text is left alone', async () => {
    await expect(run({ document: '<html><p>x</p></html>' })).resolves.toMatchObject({ text: '<html><p>x</p></html>' });
  });

  test('a text of a few letters has no language', async () => {
    await expect(run({ document: 'Rechnung 2026' })).resolves.toMatchObject({ language: null });
  });

  test.each([
    ['nothing', {}, 'extract_text: document: is required (a stored document, a string or { text })'],
    ['a number', { document: 7 }, 'extract_text: document: expected a stored document, a string or { text }'],
    ['a path', { document: { file: '/etc/passwd' } }, 'extract_text: document: expected a stored document'],
  ])('%s is refused with the field', async (_case, inputs, message) => {
    expect(await failure(run(inputs as JsonObject))).toMatchObject({
      type: 'InvalidInput',
      field: 'document',
      message: expect.stringContaining(message),
    });
  });
});
