import { CadenzaError } from '../../contracts/failures';
import { endingOf } from './file-ending';
import { unsupported } from './unsupported';
import type { ZipEntry } from './zip-directory';
import { readZipDirectory } from './zip-directory';

const MEBIBYTE = 1024 * 1024;

/** Unpacked size of the parts of a DOCX that become text. A book of a thousand pages has about ten. */
const MAX_UNPACKED_BYTES = 200 * MEBIBYTE;

/**
 * A zip file is a Word document, one of its relatives, or just an archive.
 * @throws CadenzaError `UnsupportedDocument`, `DocumentCorrupt`, `DocumentEncrypted`, `ExtractionLimit` before anything
 * is unpacked
 */
export function detectArchiveType(bytes: Uint8Array, name: string): 'docx' {
  const entries = readZipDirectory(bytes);
  if (entries === undefined) throw withoutDirectory(bytes, name);
  const names = entries.map((entry) => entry.name);
  const inFolder = (folder: string) => names.some((entry) => entry.startsWith(folder));
  if (!names.includes('[Content_Types].xml') || !inFolder('word/')) throw unsupported(describe(inFolder, names));
  checkWordEntries(entries);
  return 'docx';
}

function checkWordEntries(entries: readonly ZipEntry[]): void {
  if (entries.some((entry) => entry.encrypted)) {
    throw new CadenzaError('DocumentEncrypted', 'needs a password; save a copy without one');
  }
  // What the directory says can be a lie; then the memory limit ends it.
  const unpacked = entries
    .filter((entry) => /\.(?:xml|rels)$/i.test(entry.name))
    .reduce((sum, entry) => sum + entry.unpackedBytes, 0);
  if (unpacked > MAX_UNPACKED_BYTES) {
    const limit = MAX_UNPACKED_BYTES / MEBIBYTE;
    throw new CadenzaError(
      'ExtractionLimit',
      `unpacks to more than the ${limit} MB that reading one document may take`,
    );
  }
}

function describe(inFolder: (folder: string) => boolean, names: readonly string[]): string {
  if (inFolder('xl/')) return 'is an Excel workbook, which can not be read; save it as text or PDF';
  if (inFolder('ppt/')) return 'is a PowerPoint file, which can not be read; save it as PDF';
  if (names.includes('mimetype'))
    return 'is an OpenDocument or EPUB file, which can not be read; save it as .docx or PDF';
  return 'is a zip archive; unpack it and hand in the documents inside';
}

function withoutDirectory(bytes: Uint8Array, name: string): CadenzaError {
  const firstEntry = Buffer.from(bytes.subarray(30, 50)).toString('latin1');
  const isOffice = endingOf(name) === 'docx' || /^(?:\[Content_Types\]|_rels\/|word\/|docProps\/)/.test(firstEntry);
  return isOffice
    ? new CadenzaError('DocumentCorrupt', 'is damaged: it is cut off or its archive can not be opened')
    : unsupported('is a damaged zip archive');
}
