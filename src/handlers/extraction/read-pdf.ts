import { getDocumentProxy } from 'unpdf';
import { CadenzaError } from '../../contracts/failures';
import type { ReadText } from './read-document';
import { tidyLayout } from './tidy-text';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** After this many pages in a row that can not be read, the rest will be no better. */
const HOPELESS_PAGES = 20;

/**
 * The text of a PDF, page after page. Stops reading when there is more text than allowed.
 * @throws CadenzaError `DocumentEncrypted`, `DocumentCorrupt`, `DocumentWithoutText` for scans
 */
export async function readPdf(bytes: Uint8Array, maxCharacters: number): Promise<ReadText> {
  const pdf = await open(bytes);
  const { pages, damaged } = await readPages(pdf, maxCharacters);
  const empty = pages.flatMap((text, index) => (text === '' && !damaged.includes(index + 1) ? [index + 1] : []));
  if (pages.every((text) => text === '')) {
    if (damaged.length > 0) throw new CadenzaError('DocumentCorrupt', 'is damaged: no page of it can be read');
    throw new CadenzaError(
      'DocumentWithoutText',
      'is a PDF without text, most likely a scan; run text recognition (OCR) on it first',
    );
  }
  const notes = [
    isCutOff(bytes) ? 'The file is cut off at its end; text may be missing.' : '',
    damaged.length > 0 ? `Damaged and left out: ${pageList(damaged)}.` : '',
    empty.length > 0 ? `Without text, perhaps scanned: ${pageList(empty)}.` : '',
  ].filter((note) => note !== '');
  return {
    text: pages.filter((text) => text !== '').join('\n\n'),
    pages: pdf.numPages,
    title: await titleOf(pdf),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    // A plain copy: pdf.js refuses a Buffer and takes over the memory it is given. 0 silences its warnings.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (error) {
    const { name } = error as Error;
    if (name === 'PasswordException') {
      throw new CadenzaError('DocumentEncrypted', 'needs a password; save a copy without one', { cause: error });
    }
    if (error instanceof RangeError) throw error;
    throw new CadenzaError('DocumentCorrupt', 'is damaged and can not be opened as a PDF', { cause: error });
  }
}

async function readPages(pdf: Pdf, maxCharacters: number): Promise<{ pages: string[]; damaged: number[] }> {
  const pages: string[] = [];
  const damaged: number[] = [];
  let characters = 0;
  let inARow = 0;
  for (let number = 1; number <= pdf.numPages && characters <= maxCharacters && inARow < HOPELESS_PAGES; number += 1) {
    try {
      pages.push(await readPage(pdf, number));
      inARow = 0;
    } catch (error) {
      if (error instanceof RangeError) throw error;
      pages.push('');
      damaged.push(number);
      inARow += 1;
    }
    characters += pages[number - 1]?.length ?? 0;
  }
  return { pages, damaged };
}

async function readPage(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  const parts: string[] = [];
  for (const item of items) if ('str' in item) parts.push(item.str, item.hasEOL ? '\n' : '');
  page.cleanup();
  return tidyLayout(parts.join(''));
}

async function titleOf(pdf: Pdf): Promise<string | null> {
  const metadata = await pdf.getMetadata().catch(() => undefined);
  const title = (metadata?.info as { Title?: unknown } | undefined)?.Title;
  if (typeof title !== 'string') return null;
  // What programs write when nobody gave a title.
  return /^\(?(?:untitled|anonymous|unspecified)\)?$|^Microsoft \w+ - |\.(?:docx?|pdf|indd|tex|qxd)$/i.test(
    title.trim(),
  )
    ? null
    : title;
}

function isCutOff(bytes: Uint8Array): boolean {
  return !Buffer.from(bytes.subarray(-2048)).includes('%%EOF');
}

function pageList(numbers: readonly number[]): string {
  const some = numbers.slice(0, 10).join(', ');
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : '';
  return `${numbers.length === 1 ? 'page' : 'pages'} ${some}${more}`;
}
