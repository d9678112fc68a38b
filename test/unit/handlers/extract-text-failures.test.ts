import { createExtractText } from '../../../src/handlers/extract-text';
import { CHILD, extract, failure, fixture } from './extract-text-setup';
import { createFakeContext } from './fake-context';
import { bombPart, makeZip, WORD_PARTS, zipPart } from './make-zip';

const oldWord = Buffer.concat([
  Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1'),
  Buffer.alloc(512),
  Buffer.from('WordDocument', 'utf16le'),
]);
const noise = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * index * 31 + index * 7) % 256));

describe('documents that can not be read', () => {
  test.each([
    ['zero.txt', Buffer.alloc(0), 'DocumentEmpty', 'it has no bytes'],
    ['blank.txt', ' \n\t\n', 'DocumentEmpty', 'it holds no text'],
    ['empty.docx', fixture('empty.docx'), 'DocumentEmpty', 'it holds no text'],
    ['empty.html', '<!doctype html><html><body><script>1</script></body></html>', 'DocumentEmpty', 'it holds no text'],
    ['locked.pdf', fixture('user-password.pdf'), 'DocumentEncrypted', 'needs a password'],
    ['locked.docx', fixture('encrypted.docx'), 'DocumentEncrypted', 'needs a password'],
    ['truncated.pdf', fixture('truncated.pdf'), 'DocumentCorrupt', 'is damaged and can not be opened as a PDF'],
    ['garbage.pdf', fixture('garbage.pdf'), 'DocumentCorrupt', 'is damaged and can not be opened as a PDF'],
    ['letter.pdf', 'Dear Sir or Madam', 'DocumentCorrupt', 'does not begin like a PDF'],
    ['truncated.docx', fixture('truncated.docx'), 'DocumentCorrupt', 'it is cut off'],
    ['damaged.docx', fixture('damaged.docx'), 'DocumentCorrupt', 'can not be opened as a Word document'],
    ['scan.pdf', fixture('scanned.pdf'), 'DocumentWithoutText', 'run text recognition (OCR) on it first'],
    ['logo.png', fixture('picture.png'), 'UnsupportedDocument', 'is a PNG image'],
    ['photo.txt', fixture('picture.jpg'), 'UnsupportedDocument', 'is a JPEG image'],
    ['letter.doc', oldWord, 'UnsupportedDocument', 'is an old Word document (.doc); save it as .docx'],
    ['files.zip', makeZip([zipPart('a.txt', 'hello')]), 'UnsupportedDocument', 'unpack it'],
    ['book.xlsx', makeZip([zipPart('xl/workbook.xml', '<x/>')]), 'UnsupportedDocument', 'is an Excel workbook'],
    ['setup.exe', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), 'UnsupportedDocument', 'is a Windows program'],
    ['noise.bin', noise, 'UnsupportedDocument', 'is a binary file'],
    ['deep.html', `<html><body>${'<div>'.repeat(200_000)}x`, 'ExtractionLimit', 'is nested more deeply'],
  ])('%s fails with its name and the reason', async (name, bytes, type, reason) => {
    const failed = await failure(extract(name, bytes));
    expect(failed.type).toBe(type);
    expect(failed.message).toMatch(new RegExp(`^${name.replace('.', '\\.')}: `));
    expect(failed.message).toContain(reason);
  });

  test('what is not supported is answered with what is', async () => {
    const { message } = await failure(extract('logo.png', fixture('picture.png')));
    expect(message).toContain('what can be read: plain text, Markdown, HTML, PDF, DOCX and e-mail (.eml)');
  });

  test('a document over the size limit is refused before its bytes are read', async () => {
    const { context, put } = createFakeContext();
    const read = jest.spyOn(context, 'read');
    const document = { ...put('film.txt', 'x'), bytes: 200 * 1024 * 1024 };
    const failed = await failure(Promise.resolve(createExtractText({ childFile: CHILD })({ document }, {}, context)));
    expect(failed).toMatchObject({
      type: 'DocumentTooLarge',
      message: 'film.txt: has 200.0 MB; at most 100.0 MB can be read',
    });
    expect(read).not.toHaveBeenCalled();
  });

  test('text over the limit is refused by its size, and otherwise once it is counted', async () => {
    const limits = { characters: 1000 };
    const expected = {
      type: 'ExtractionLimit',
      message: 'long.txt: holds more than the 1,000 characters of text that can be read',
    };
    expect(await failure(extract('long.txt', 'x'.repeat(1001), { limits }))).toMatchObject(expected);
    expect(await failure(extract('long.txt', 'x'.repeat(9000), { limits }))).toMatchObject(expected);
  });

  test('control characters and length of a file name do not get into the message', async () => {
    for (const bytes of ['', '\x89PNG']) {
      const { message } = await failure(extract(`\u001b[31m${'n'.repeat(300)}.txt`, Buffer.from(bytes, 'latin1')));
      expect(message).not.toContain('\u001b');
      expect(message).not.toContain('n'.repeat(61));
    }
  });

  test('the text of a document never gets into the message', async () => {
    const { message } = await failure(extract('secret.docx', 'the secret plan of the harbour'));
    expect(message).not.toContain('secret plan');
  });
});

describe('archive bombs', () => {
  test('one that says how large it is is refused before it is unpacked', async () => {
    const bomb = makeZip([...WORD_PARTS, bombPart('word/document.xml', 300)]);
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect(await failure(extract('bomb.docx', bomb))).toEqual({
      type: 'ExtractionLimit',
      message: 'bomb.docx: unpacks to more than the 200 MB that reading one document may take',
    });
  });

  test('one that lies about it is killed at the memory limit', async () => {
    const bomb = makeZip([...WORD_PARTS, bombPart('word/document.xml', 600, 1000)]);
    const limits = { memoryBytes: 300 * 1024 * 1024 };
    const failed = await failure(extract('bomb.docx', bomb, { limits }));
    expect(failed).toMatchObject({
      type: 'ExtractionLimit',
      message: 'bomb.docx: took more than the 300 MB of memory that reading one document may take',
    });
  });

  test('a small honest archive of the same make is read', async () => {
    const body = '<w:p><w:r><w:t>A short honest letter.</w:t></w:r></w:p>';
    const xml = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
    const zip = makeZip([...WORD_PARTS, zipPart('word/document.xml', xml)]);
    await expect(extract('letter.docx', zip)).resolves.toMatchObject({ text: 'A short honest letter.' });
  });
});
