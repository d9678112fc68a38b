import { CadenzaError } from '../../contracts/failures';
import { htmlToText } from './html-to-plain-text';
import type { ReadText } from './read-document';
import { readZipEntry } from './zip-directory';

const CORE_PROPERTIES_BYTES = 256 * 1024;

/** A Word document by way of HTML, which keeps the rows of its tables apart. @throws CadenzaError `DocumentCorrupt` */
export async function readDocx(bytes: Uint8Array): Promise<ReadText> {
  const html = await toHtml(bytes);
  return { text: htmlToText(html), title: namedTitle(bytes) ?? heading(html) };
}

async function toHtml(bytes: Uint8Array): Promise<string> {
  const { default: mammoth } = await import('mammoth');
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: Buffer.from(bytes) },
      {
        styleMap: ["p[style-name='Title'] => h1:fresh"],
        // By default every picture becomes part of the HTML.
        convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })),
      },
    );
    return value;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new CadenzaError('DocumentCorrupt', 'is damaged and can not be opened as a Word document', { cause: error });
  }
}

function namedTitle(bytes: Uint8Array): string | null {
  const properties = readZipEntry(bytes, 'docProps/core.xml', CORE_PROPERTIES_BYTES) ?? '';
  const title = /<dc:title>([^<]{1,500})<\/dc:title>/.exec(properties)?.[1];
  // Templates leave their own name behind.
  return title === undefined || title.trim() === '' || /^(?:word document|document\d*)$/i.test(title)
    ? null
    : htmlToText(title);
}

function heading(html: string): string | null {
  const first = /<h1[^>]{0,200}>([^]{1,2000}?)<\/h1>/.exec(html)?.[1];
  return first === undefined ? null : htmlToText(first) || null;
}
