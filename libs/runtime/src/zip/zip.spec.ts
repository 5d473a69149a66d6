import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { Spool } from './spool.js';
import { ZipError } from './zip-format.js';
import { ZipReader } from './zip-reader.js';
import { Deflated, ZipWriter } from './zip-writer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zip-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Files = Record<string, string | Uint8Array>;

async function zip(files: Files, piece = 10_000): Promise<Buffer> {
  const written: Uint8Array[] = [];
  const writer = new ZipWriter(async (bytes) => {
    written.push(Buffer.from(bytes));
  });
  for (const [name, content] of Object.entries(files))
    await writer.add(name, async (into) => {
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length; at += piece) await into.write(bytes.subarray(at, at + piece));
    });
  await writer.end();
  return Buffer.concat(written);
}

/** A reader that shares nothing with the other: it walks from one local header to the next by the directory's sizes. */
function unzip(bytes: Buffer): Record<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  const files: Record<string, Buffer> = {};
  let expectedOffset = 0;
  for (let entry = 0; entry < bytes.readUInt16LE(end + 10); entry += 1) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const [crc, packed, size, offset] = [16, 20, 24, 42].map((place) => bytes.readUInt32LE(at + place));
    if (offset !== expectedOffset) throw new Error(`${name} begins at ${offset}, not at ${expectedOffset}`);
    const start = expectedOffset + 30 + nameLength;
    const content = inflateRawSync(bytes.subarray(start, start + (packed ?? 0)));
    const descriptor = bytes.subarray(start + (packed ?? 0));
    const described = [4, 8, 12].map((place) => descriptor.readUInt32LE(place));
    if (described.join() !== [crc, packed, size].join() || crc32(content) !== crc || content.length !== size)
      throw new Error(`${name} is not what the directory says`);
    files[name] = content;
    expectedOffset = start + (packed ?? 0) + 16;
    at += 46 + nameLength;
  }
  if (expectedOffset !== bytes.readUInt32LE(end + 16) || at !== end)
    throw new Error('there is something between');
  return files;
}

async function readBack(bytes: Buffer): Promise<Files> {
  const path = join(folder, 'archive.zip');
  await writeFile(path, bytes);
  const reader = await ZipReader.open(path);
  try {
    const files: Files = {};
    for (const name of reader.names) {
      const pieces: Buffer[] = [];
      for await (const piece of reader.read(name)) pieces.push(piece);
      files[name] = Buffer.concat(pieces);
    }
    return files;
  } finally {
    await reader.close();
  }
}

const noise = randomBytes(700_000);
const FILES: Files = {
  'README.txt': 'Grüße, 你好\n',
  'log/leaves.jsonl': '{"index":0}\n'.repeat(90_000),
  'noise.bin': noise,
  'empty.txt': '',
};
/** Comparing a million bytes by their hashes is a thousand times faster than `toEqual`. */
const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const hashes = (files: Files) =>
  Object.entries(files).map(([name, content]) => [name, content.length, hashOf(content)]);

test('an independent reader and our own read what was written: text, a million bytes, noise and nothing', async () => {
  const bytes = await zip(FILES);
  const expected = hashes(
    Object.fromEntries(Object.entries(FILES).map(([name, text]) => [name, Buffer.from(text)])),
  );
  expect(hashes(unzip(bytes))).toEqual(expected);
  expect(hashes(await readBack(bytes))).toEqual(expected);
  expect(bytes.length).toBeLessThan(noise.length + 20_000);
});

test('the same content gives the same bytes, however it is handed over', async () => {
  expect(hashOf(await zip(FILES, 3_001))).toBe(hashOf(await zip(FILES, 1_000_000)));
});

test('an entry can be compressed before it is its turn, also if it is too large for memory', async () => {
  const spool = new Spool();
  const deflated = new Deflated((bytes) => spool.append(bytes));
  await deflated.write(noise);
  await deflated.write(noise);
  await deflated.end();
  const written: Uint8Array[] = [];
  const writer = new ZipWriter(async (bytes) => {
    written.push(Buffer.from(bytes));
  });
  await writer.addDeflated('noise.bin', deflated, spool.read());
  await writer.end();
  await spool.close();
  expect(hashOf(Buffer.concat(written))).toBe(
    hashOf(await zip({ 'noise.bin': Buffer.concat([noise, noise]) })),
  );
});

test.each(['', '/etc/passwd', '../up', 'a/../b', 'a//b', 'a\\b', '.hidden', 'a/', 'c:d', 'a\nb'])(
  'the name %j is refused',
  async (name) => {
    await expect(zip({ [name]: 'x' })).rejects.toBeInstanceOf(ZipError);
  },
);

test('more than 4 GiB is refused: there is no ZIP64', async () => {
  const writer = new ZipWriter(async () => undefined);
  const deflated = new Deflated(async () => undefined);
  deflated.size = 2 ** 32;
  await expect(
    writer.addDeflated('large.bin', deflated, Spool.prototype.read.call(new Spool())),
  ).rejects.toThrow('larger than 4 GiB');
});

test('two entries of one name are refused by the writer and by the reader', async () => {
  const writer = new ZipWriter(async () => undefined);
  await writer.add('a.txt', async (into) => into.write('1'));
  await expect(writer.add('a.txt', async (into) => into.write('2'))).rejects.toThrow('two entries');
  const bytes = await zip({ 'a.txt': '1', 'b.txt': '2' });
  const twice = Buffer.from(bytes.toString('latin1').replaceAll('b.txt', 'a.txt'), 'latin1');
  await expect(readBack(twice)).rejects.toThrow('two entries');
});

test('an archive that is cut off, changed, or says less than it holds is refused', async () => {
  const bytes = await zip({ 'a.txt': 'content '.repeat(1_000), 'b.txt': 'more' });
  const changed = (place: number, to: number) => {
    const copy = Buffer.from(bytes);
    copy[place] = to;
    return copy;
  };
  const central = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  for (const broken of [
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(0, 50),
    Buffer.alloc(0),
    Buffer.from('no archive'),
    changed(40, 0xff),
    changed(central + 16, 1),
    changed(central + 24, 1),
    changed(central + 8, 1),
    changed(central + 10, 12),
    changed(30, 0x62),
  ])
    await expect(readBack(broken)).rejects.toBeInstanceOf(ZipError);
});

test('what is spooled is in a file that no name leads to', async () => {
  const own = join(folder, 'own');
  await mkdir(own);
  process.env['TMPDIR'] = own;
  const spool = new Spool();
  await spool.append(noise);
  expect(await readdir(own)).toEqual([]);
  await spool.append(Buffer.from('end'));
  const pieces: Buffer[] = [];
  for await (const piece of spool.read()) pieces.push(piece);
  expect(hashOf(Buffer.concat(pieces))).toBe(hashOf(Buffer.concat([noise, Buffer.from('end')])));
  await spool.close();
});
