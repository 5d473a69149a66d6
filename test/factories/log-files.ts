import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  encodeBundle,
  formatCheckpoint,
  formatNote,
  type LogSource,
  leafHash,
  parseTilePath,
  rangeRoot,
  signNote,
  type TileId,
  tilePath,
  tileRoot,
  tilesOf,
} from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import type { logKey } from './log-keys.js';

/** A log as files, of leaves that `leafAt` gives. */
export class LogFiles implements LogSource {
  readonly files = new Map<string, Uint8Array>();
  readonly #levels: Uint8Array[][] = [];
  readonly #leaves: Uint8Array[] = [];

  constructor(
    readonly origin: string,
    /** Whose signatures the next checkpoints carry. */
    public keys: readonly ReturnType<typeof logKey>[] | ReturnType<typeof logKey>,
    private readonly leafAt: (index: number) => Uint8Array,
  ) {}

  /** Grows to this size. What was there before stays, as in a folder that follows a log. */
  grow(size: number): this {
    for (let index = this.#leaves.length; index < size; index += 1) {
      const leaf = this.leafAt(index);
      this.#leaves.push(leaf);
      this.add(0, leafHash(nodeHashing, leaf));
    }
    for (const tile of tilesOf(size)) this.files.set(tilePath(tile), this.bytesOf(tile));
    this.sign(size);
    return this;
  }

  private add(level: number, hashOf: Uint8Array): void {
    const hashes = this.#levels[level] ?? [];
    this.#levels[level] = hashes;
    hashes.push(hashOf);
    if (hashes.length % 256 === 0)
      this.add(level + 1, tileRoot(nodeHashing, Buffer.concat(hashes.slice(-256))));
  }

  sign(size: number, root = this.rootOf(size)): void {
    const text = formatCheckpoint({ origin: this.origin, size, root });
    const signatures = [this.keys]
      .flat()
      .map((key) => signNote(nodeHashing, text, { ...key, name: this.origin }));
    this.files.set('checkpoint', Buffer.from(formatNote({ text, signatures })));
  }

  rootOf(size: number): Uint8Array {
    const hashes = (this.#levels[0] ?? []).slice(0, size);
    return rangeRoot(
      nodeHashing,
      hashes.reduce<CompactRange>((range, leaf) => appendLeaf(nodeHashing, range, leaf), EMPTY_RANGE),
    );
  }

  bytesOf({ level, index, width }: TileId): Uint8Array {
    const [from, to] = [index * 256, index * 256 + width];
    if (level === 'entries') return encodeBundle(this.#leaves.slice(from, to));
    return Buffer.concat((this.#levels[level] ?? []).slice(from, to));
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(path));
  }

  partialWidths({ level, index }: Omit<TileId, 'width'>): Promise<number[]> {
    const tiles = [...this.files.keys()].flatMap((path) => parseTilePath(path) ?? []);
    return Promise.resolve(
      tiles
        .filter((tile) => tile.level === level && tile.index === index && tile.width < 256)
        .map(({ width }) => width),
    );
  }
}
