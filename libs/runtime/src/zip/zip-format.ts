/**
 * The part of the ZIP format that writer and reader share (APPNOTE.TXT 6.3.10, PKWARE). All numbers are little-endian.
 *
 *     local header      0x04034b50, then at  4 version, 6 flags, 8 method, 10 time, 12 date, 14 CRC-32, 18 compressed size,
 *                       22 size, 26 length of name, 28 length of extra field; the name
 *     data descriptor   0x08074b50, CRC-32, compressed size, size
 *     central header    0x02014b50, then at  4 made by, 6 version, 8 flags, 10 method, 12 time, 14 date, 16 CRC-32,
 *                       20 compressed size, 24 size, 28 length of name, 30 of extra field, 32 of comment, 34 disk,
 *                       36 internal and 38 external attributes, 42 offset of the local header; the name
 *     end               0x06054b50, disk, disk, entries, entries, size and offset of the central directory, length of comment
 */
export const LOCAL_HEADER = 0x04034b50;
export const DATA_DESCRIPTOR = 0x08074b50;
export const CENTRAL_HEADER = 0x02014b50;
export const END_RECORD = 0x06054b50;
export const LOCAL_HEADER_BYTES = 30;
export const CENTRAL_HEADER_BYTES = 46;
export const END_RECORD_BYTES = 22;

/** CRC-32 and sizes follow the content (bit 3); the name is UTF-8 (bit 11). */
export const FLAGS = 0x0808;
/** Compression methods: a deflate stream, or the bytes as they are. */
export const DEFLATED = 8;
export const STORED = 0;

/** Without ZIP64, sizes and offsets have 32 bits; 0xffffffff means that the value is in a ZIP64 field. */
export const MAX_BYTES = 0xfffffffe;
/** Without ZIP64, the number of entries has 16 bits; 0xffff means that the value is in a ZIP64 field. */
export const MAX_ENTRIES = 0xfffe;

/**
 * Whether a name is a relative path that every program unpacks inside its target folder: segments of letters, digits, `.`, `-`
 * and `_` that do not begin with a dot.
 */
export const isEntryName = (name: string): boolean =>
  name.length <= 200 && /^[a-zA-Z0-9_-][a-zA-Z0-9._-]*(\/[a-zA-Z0-9_-][a-zA-Z0-9._-]*)*$/.test(name);

/** The archive is damaged, or uses a feature that this program does not read or write. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}
