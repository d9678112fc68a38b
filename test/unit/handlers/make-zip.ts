import { constants, deflateRawSync } from 'node:zlib';

type Part = { name: string; packed: Buffer; unpackedBytes: number };

/** A part of an archive; `claims` is the size its directory gives, true or not. */
export function zipPart(name: string, content: string, claims = Buffer.byteLength(content)): Part {
  return { name, packed: deflateRawSync(content), unpackedBytes: claims };
}

/** A part that unpacks to `megabytes` of the same letter, out of some kilobytes for each ten. */
export function bombPart(name: string, megabytes: number, claims = megabytes * 1024 * 1024): Part {
  const block = deflateRawSync(Buffer.alloc(10 * 1024 * 1024, 'a'), { finishFlush: constants.Z_SYNC_FLUSH });
  const blocks = Array.from({ length: Math.ceil(megabytes / 10) }, () => block);
  return { name, packed: Buffer.concat([...blocks, deflateRawSync(Buffer.alloc(0))]), unpackedBytes: claims };
}

/** A zip archive, which can say of itself what no library would write. */
export function makeZip(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, packed, unpackedBytes } of parts) {
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(unpackedBytes, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 0]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, facts, tail, Buffer.from(name)]));
    bodies.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

/** The parts that make an archive a Word document. */
export const WORD_PARTS = [
  zipPart(
    '[Content_Types].xml',
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
      '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  ),
  zipPart(
    '_rels/.rels',
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
      '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
  ),
];
