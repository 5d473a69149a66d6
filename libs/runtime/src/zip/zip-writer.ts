import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import {
  CENTRAL_HEADER,
  CENTRAL_HEADER_BYTES,
  DATA_DESCRIPTOR,
  DEFLATED,
  END_RECORD,
  END_RECORD_BYTES,
  FLAGS,
  isEntryName,
  LOCAL_HEADER,
  LOCAL_HEADER_BYTES,
  MAX_BYTES,
  MAX_ENTRIES,
  ZipError,
} from './zip-format.js';

const deflate = promisify(deflateRaw) as (
  bytes: Uint8Array,
  options: { finishFlush: number; level: number },
) => Promise<Buffer>;
const LEVEL = 6;
const VERSION = 20;
/** Made by a program on Unix, so that the permissions count: a regular file that its owner reads and writes. */
const MADE_BY = (3 << 8) | VERSION;
const PERMISSIONS = 0o100600 * 0x10000;
/** 1 January 1980, the first day that the format can hold. A fixed date, so that the same content gives the same bytes. */
const DATE = 0x0021;

/** Compresses the content of one entry, and counts what its header needs: CRC-32 and sizes. */
export class Deflated {
  /** CRC-32 of the content. */
  crc = 0;
  /** Bytes of the content. */
  size = 0;
  compressedSize = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** @param sink receives the compressed bytes in order; the writer waits for its promise before it sends more */
  constructor(private readonly sink: (bytes: Uint8Array) => Promise<void>) {}

  /** Adds the next bytes. Pieces of a fixed length are compressed, so that the result does not depend on how the caller splits them. */
  async write(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
    this.crc = crc32(bytes, this.crc);
    this.size += bytes.length;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes < PIECE) return;
    const all = Buffer.concat(this.#pending);
    let at = 0;
    for (; all.length - at >= PIECE; at += PIECE) await this.compress(all.subarray(at, at + PIECE));
    const rest = all.subarray(at);
    this.#pending = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#pendingBytes = rest.length;
  }

  /** Ends the deflate stream. */
  async end(): Promise<void> {
    await this.compress(Buffer.concat(this.#pending), constants.Z_FINISH);
    this.#pending = [];
  }

  /** Each piece is compressed on its own and flushed to a whole byte, so that the pieces together form one deflate stream. */
  private async compress(bytes: Uint8Array, finishFlush: number = constants.Z_SYNC_FLUSH): Promise<void> {
    const compressed = await deflate(bytes, { finishFlush, level: LEVEL });
    this.compressedSize += compressed.length;
    await this.sink(compressed);
  }
}

const PIECE = 262_144;

type Entry = Pick<Deflated, 'crc' | 'size' | 'compressedSize'> & { name: Buffer; offset: number };

/**
 * Writes a ZIP archive as a stream. It needs memory for one piece of content, and a few bytes for each entry. The same entries give the same
 * bytes. There is no ZIP64: an archive of more than 4 GiB or 65,534 entries is refused.
 */
export class ZipWriter {
  readonly #entries: Entry[] = [];
  readonly #names = new Set<string>();
  #offset = 0;
  #isOpen = false;

  /** @param sink receives the archive's bytes in order; the writer waits for its promise before it sends more */
  constructor(private readonly sink: (bytes: Uint8Array) => Promise<void>) {}

  /**
   * Adds an entry.
   *
   * @param content writes it, piece by piece
   * @throws ZipError for a name that is no relative path or is there already, or a content that is too large
   */
  async add(name: string, content: (into: Pick<Deflated, 'write'>) => Promise<void>): Promise<void> {
    await this.entry(name, async () => {
      const deflated = new Deflated((bytes) => this.write(bytes));
      await content(deflated);
      await deflated.end();
      return deflated;
    });
  }

  /**
   * Adds an entry that was compressed before.
   *
   * @param bytes what `deflated` gave to its sink
   * @throws ZipError as `add`
   */
  async addDeflated(name: string, deflated: Deflated, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    await this.entry(name, async () => {
      for await (const piece of bytes) await this.write(piece);
      return deflated;
    });
  }

  /** Writes the directory, which ends the archive. @throws ZipError */
  async end(): Promise<void> {
    const start = this.#offset;
    for (const entry of this.#entries) await this.write(centralHeader(entry));
    const end = Buffer.alloc(END_RECORD_BYTES);
    end.writeUInt32LE(END_RECORD, 0);
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(this.#offset - start, 12);
    end.writeUInt32LE(start, 16);
    await this.write(end);
  }

  private async entry(name: string, content: () => Promise<Deflated>): Promise<void> {
    if (this.#isOpen) throw new ZipError('an entry is being written');
    if (!isEntryName(name)) throw new ZipError(`${JSON.stringify(name)} is not a valid name of an entry`);
    if (this.#names.has(name)) throw new ZipError(`there are two entries of the name ${name}`);
    if (this.#entries.length === MAX_ENTRIES) throw new ZipError('there are too many entries');
    this.#names.add(name);
    this.#isOpen = true;
    const encoded = Buffer.from(name);
    const offset = this.#offset;
    await this.write(localHeader(encoded));
    const { crc, size, compressedSize } = await content();
    if (size > MAX_BYTES) throw new ZipError(`${name} is larger than 4 GiB`);
    await this.write(dataDescriptor({ crc, size, compressedSize }));
    this.#entries.push({ name: encoded, offset, crc, size, compressedSize });
    this.#isOpen = false;
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    if (this.#offset > MAX_BYTES) throw new ZipError('the archive is larger than 4 GiB');
    await this.sink(bytes);
  }
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(LOCAL_HEADER_BYTES);
  header.writeUInt32LE(LOCAL_HEADER, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(DEFLATED, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function dataDescriptor({ crc, size, compressedSize }: Omit<Entry, 'name' | 'offset'>): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(DATA_DESCRIPTOR, 0);
  descriptor.writeUInt32LE(crc, 4);
  descriptor.writeUInt32LE(compressedSize, 8);
  descriptor.writeUInt32LE(size, 12);
  return descriptor;
}

function centralHeader({ name, offset, crc, size, compressedSize }: Entry): Buffer {
  const header = Buffer.alloc(CENTRAL_HEADER_BYTES);
  header.writeUInt32LE(CENTRAL_HEADER, 0);
  header.writeUInt16LE(MADE_BY, 4);
  header.writeUInt16LE(VERSION, 6);
  header.writeUInt16LE(FLAGS, 8);
  header.writeUInt16LE(DEFLATED, 10);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(compressedSize, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(PERMISSIONS, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
}
