import { type LogSource, type TileId, tilePath } from '@countersign/audit-log';
import { TILE_WIDTH } from '@countersign/contract';

/** A file of a folder that the reader chose. `path` is relative to some folder, with `/` between its parts. */
export interface ChosenFile {
  path: string;
  file: Blob;
}

const DEPLOYMENT = 'deployment/';

/** A copy of a log, made by `countersign log mirror`, from files that the reader chose. */
export class FolderLog implements LogSource {
  private constructor(private readonly files: ReadonlyMap<string, Blob>) {}

  /** The log whose checkpoint is nearest to the top of what was chosen; undefined if there is none. */
  static of(chosen: readonly ChosenFile[]): FolderLog | undefined {
    const depth = ({ path }: ChosenFile) => path.split('/').length;
    const [top] = chosen
      .filter(({ path }) => /(^|\/)checkpoint$/.test(path))
      .sort((one, other) => depth(one) - depth(other));
    if (top === undefined) return undefined;
    const prefix = top.path.slice(0, -'checkpoint'.length);
    return new FolderLog(
      new Map(
        chosen
          .filter(({ path }) => path.startsWith(prefix))
          .map(({ path, file }) => [path.slice(prefix.length), file]),
      ),
    );
  }

  get size(): number {
    return this.files.size;
  }

  /** Whether values behind commitments were copied too. */
  get hasOpenings(): boolean {
    return this.files.has('openings/wanted') || this.files.has('openings/0');
  }

  /** The copy of the deployment's log in the same folder; undefined if there is none. */
  get deployment(): FolderLog | undefined {
    const files = [...this.files].filter(([path]) => path.startsWith(DEPLOYMENT));
    if (files.length === 0) return undefined;
    return new FolderLog(new Map(files.map(([path, file]) => [path.slice(DEPLOYMENT.length), file])));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = this.files.get(path);
    return file === undefined ? undefined : new Uint8Array(await file.arrayBuffer());
  }

  /** A small text of the folder, such as `vkey`; undefined if there is none. */
  async text(path: string): Promise<string | undefined> {
    return this.files.get(path)?.text();
  }

  partialWidths({ level, index }: Omit<TileId, 'width'>): Promise<number[]> {
    const folder = `${tilePath({ level, index, width: TILE_WIDTH })}.p/`;
    const widths: number[] = [];
    // A partial tile has at most 255 hashes.
    for (let width = 1; width < TILE_WIDTH; width += 1)
      if (this.files.has(`${folder}${width}`)) widths.push(width);
    return Promise.resolve(widths);
  }
}

/** What Chromium gives for something dropped (File System Access). It also reads folders on a page that is itself a file. */
type Handle =
  | { kind: 'file'; name: string; getFile(): Promise<File> }
  | { kind: 'directory'; name: string; values(): AsyncIterable<Handle> };

type Dropped = DataTransferItem & { getAsFileSystemHandle?(): Promise<Handle | null> };

/** The files below what was dropped. @throws DOMException if the browser cannot read them */
export async function droppedFiles(items: readonly Dropped[]): Promise<ChosenFile[]> {
  // Before the first await: afterwards the browser forgets what was dropped.
  const handles = items.map((item) => item.getAsFileSystemHandle?.() ?? null);
  const entries = items.map((item) => item.webkitGetAsEntry());
  const found: ChosenFile[] = [];
  for (const [at, waiting] of handles.entries()) {
    const handle = await waiting;
    const entry = entries[at] ?? null;
    if (handle !== null) await walkHandle(handle, handle.name, found);
    else if (entry !== null) await walkEntry(entry, found);
  }
  return found;
}

async function walkHandle(handle: Handle, path: string, found: ChosenFile[]): Promise<void> {
  if (handle.kind === 'file') found.push({ path, file: await handle.getFile() });
  else for await (const each of handle.values()) await walkHandle(each, `${path}/${each.name}`, found);
}

async function walkEntry(entry: FileSystemEntry, found: ChosenFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  for (const each of await readFolder(entry as FileSystemDirectoryEntry)) await walkEntry(each, found);
}

/** A browser gives the entries of a folder in parts. */
async function readFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
