/** One segment open for appending. */
export interface SegmentFile {
  /** Resolves when all bytes are durable (written and fdatasynced). After a rejection the file is not used again. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What the spool asks of a disk. A port, so that faults can be played without breaking a machine. */
export interface SpoolDisk {
  /** Makes the folder where it is missing and gives the numbers of the segments in it, ascending. */
  segments(): Promise<number[]>;
  /** Creates a segment that does not exist yet and makes its name durable. */
  create(segment: number): Promise<SegmentFile>;
  size(segment: number): Promise<number>;
  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  read(segment: number, offset: number, length: number): Promise<Buffer>;
  remove(segment: number): Promise<void>;
}
