import { type FileHandle, open } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import {
  CENTRAL_HEADER,
  CENTRAL_HEADER_BYTES,
  DEFLATED,
  END_RECORD,
  END_RECORD_BYTES,
  isEntryName,
  LOCAL_HEADER,
  LOCAL_HEADER_BYTES,
  STORED,
  ZipError,
} from './zip-format.js';

type Entry = { method: number; crc: number; compressedSize: number; size: number; offset: number };

const MAX_COMMENT = 65_535;
const PIECE = 262_144;
/** Bytes of the largest directory that this program reads. Enough for every entry there can be, with the longest names. */
const MAX_DIRECTORY = 32 * 2 ** 20;

/**
 * Reads a ZIP archive from an untrusted source. The central directory says what the archive contains. The reader rejects an
 * archive that programs could read in two ways: names that occur twice or leave the folder, and entries whose content has another
 * length or CRC-32 than the directory says. So a small archive cannot unpack to more than it declares.
 */
export class ZipReader {
  private constructor(
    private readonly file: FileHandle,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** Opens an archive and reads its directory. @throws ZipError if it is no such archive; the system's error if the file cannot be read */
  static async open(path: string): Promise<ZipReader> {
    const file = await open(path, 'r');
    try {
      return new ZipReader(file, await readDirectory(file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Names of the entries, in the order of the directory. */
  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** Bytes of an entry's content; undefined if there is no such entry. */
  size(name: string): number | undefined {
    return this.entries.get(name)?.size;
  }

  /** The content of an entry, piece by piece. @throws ZipError if there is none, or if it is damaged */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new ZipError(`there is no ${name}`);
    const start = await this.contentOf(name, entry);
    let [size, crc] = [0, 0];
    for await (const piece of this.inflated(name, entry, start)) {
      size += piece.length;
      crc = crc32(piece, crc);
      if (size > entry.size) throw new ZipError(`${name} is longer than the directory says`);
      yield piece;
    }
    if (size !== entry.size || crc !== entry.crc) throw new ZipError(`${name} is damaged`);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async contentOf(name: string, { offset, method }: Entry): Promise<number> {
    const header = await readAt(this.file, offset, LOCAL_HEADER_BYTES);
    if (header.readUInt32LE(0) !== LOCAL_HEADER) throw new ZipError(`${name} has no header`);
    const [names, extra] = [header.readUInt16LE(26), header.readUInt16LE(28)];
    const own = await readAt(this.file, offset + LOCAL_HEADER_BYTES, names);
    if (own.toString('utf8') !== name || header.readUInt16LE(8) !== method)
      throw new ZipError(`${name} has another name or method in its own header`);
    return offset + LOCAL_HEADER_BYTES + names + extra;
  }

  private async *inflated(name: string, entry: Entry, start: number): AsyncGenerator<Buffer> {
    const raw = this.pieces(start, entry.compressedSize);
    if (entry.method === STORED) return yield* raw;
    const inflate = createInflateRaw();
    const feeding = (async () => {
      for await (const piece of raw)
        if (!inflate.write(piece)) await new Promise((resolve) => inflate.once('drain', resolve));
      inflate.end();
    })().catch((error: unknown) => inflate.destroy(error as Error));
    try {
      for await (const piece of inflate) yield piece as Buffer;
    } catch (cause) {
      throw new ZipError(`${name} is damaged`, { cause });
    } finally {
      inflate.destroy();
      inflate.emit('drain');
      await feeding;
    }
  }

  private async *pieces(start: number, length: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < length; at += PIECE)
      yield await readAt(this.file, start + at, Math.min(PIECE, length - at));
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw new ZipError('the archive is cut off');
    at += bytesRead;
  }
  return bytes;
}

async function readDirectory(file: FileHandle): Promise<Map<string, Entry>> {
  const { size: total } = await file.stat();
  const tailLength = Math.min(total, END_RECORD_BYTES + MAX_COMMENT);
  const tail = await readAt(file, total - tailLength, tailLength);
  const at = tail.length - END_RECORD_BYTES;
  if (at < 0 || tail.readUInt32LE(at) !== END_RECORD || tail.readUInt16LE(at + 20) !== 0)
    throw new ZipError('it is not a ZIP archive, or is cut off');
  const [count, length, offset] = [
    tail.readUInt16LE(at + 10),
    tail.readUInt32LE(at + 12),
    tail.readUInt32LE(at + 16),
  ];
  if (length > MAX_DIRECTORY || offset + length !== total - END_RECORD_BYTES)
    throw new ZipError('its directory is not at its end');
  const directory = await readAt(file, offset, length);
  const entries = new Map<string, Entry>();
  let next = 0;
  while (next < length) {
    const [name, entry, end] = readEntry(directory, next);
    if (entries.has(name)) throw new ZipError(`there are two entries of the name ${name}`);
    entries.set(name, entry);
    next = end;
  }
  if (entries.size !== count) throw new ZipError('its directory has another number of entries than it says');
  return entries;
}

function readEntry(directory: Buffer, at: number): [name: string, entry: Entry, end: number] {
  if (at + CENTRAL_HEADER_BYTES > directory.length || directory.readUInt32LE(at) !== CENTRAL_HEADER)
    throw new ZipError('its directory is damaged');
  const nameEnd = at + CENTRAL_HEADER_BYTES + directory.readUInt16LE(at + 28);
  const end = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  if (end > directory.length) throw new ZipError('its directory is damaged');
  const name = directory.toString('utf8', at + CENTRAL_HEADER_BYTES, nameEnd);
  if (!isEntryName(name)) throw new ZipError(`${JSON.stringify(name)} is not a valid name of an entry`);
  const method = directory.readUInt16LE(at + 10);
  // Bit 0: the content is encrypted.
  if ((directory.readUInt16LE(at + 8) & 1) !== 0 || (method !== DEFLATED && method !== STORED))
    throw new ZipError(`${name} is encrypted or compressed in another way`);
  return [
    name,
    {
      method,
      crc: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    },
    end,
  ];
}
