import { type FileHandle, open } from 'node:fs/promises';
import { type ExportPage, exportEndpoints } from '@countersign/api';
import type { ExportFormat } from '@countersign/contract';
import type { Api } from '../api/client.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, cannotWriteError, usageError } from '../command/errors.js';
import { parseInstant, parseSlug } from '../command/flags.js';
import { Progress } from '../terminal/progress.js';
import { formatFacts } from '../terminal/text.js';
import { chooseLog } from './mirror.js';

export type ExportOptions = {
  tenant?: string;
  format: ExportFormat;
  from?: string;
  to?: string;
  out?: string;
};

/**
 * Writes a log in one of the formats, a line for each leaf, to a file or to stdout. A file is continued after its last whole
 * line, so a run that was interrupted, at any moment, and a later run add what is missing.
 *
 * @throws CliError `file_differs` if the file holds something else; `cannot_open`, `cannot_write` (exit 2)
 */
export async function exportLog(context: Context, options: ExportOptions): Promise<Answer | undefined> {
  const { format } = options;
  const range = parseRange(options);
  if (options.out === undefined && context.json)
    throw usageError('--json needs --out: without it stdout is the export');
  const slug = await chooseLog(context, options.tenant && parseSlug('--tenant', options.tenant));
  const pages = new Pages(await context.api(), slug, { format, ...range });
  if (options.out === undefined) {
    await copyPages(context, pages, range.index, async (lines) => context.io.stdout(lines));
    return undefined;
  }
  const file = await ExportFile.open(options.out, format);
  try {
    const first = await file.continueAt(range.index, pages);
    const { added, size, log } = await copyPages(context, pages, first, (lines) => file.append(lines));
    return {
      document: { file: options.out, format, log, added, size },
      text: formatFacts([
        ['file', options.out],
        ['log', log],
        ['added', `${added} leaves`],
      ]),
    };
  } finally {
    await file.close();
  }
}

type Range = { index: number; times: Record<string, string> };

/** `--from` is the index of a leaf, or an instant. */
function parseRange({ from, to }: ExportOptions): Range {
  const isIndex = from !== undefined && /^(0|[1-9][0-9]{0,14})$/.test(from);
  return {
    index: isIndex ? Number(from) : 0,
    times: {
      ...(from === undefined || isIndex ? {} : { from: parseInstant('--from', from) }),
      ...(to === undefined ? {} : { to: parseInstant('--to', to) }),
    },
  };
}

/** Reads pages of one export. */
class Pages {
  constructor(
    private readonly api: Api,
    private readonly slug: string,
    private readonly query: { format: ExportFormat; times: Record<string, string> },
  ) {}

  read(index: number): Promise<ExportPage> {
    return this.call({ index: String(index), ...this.query.times });
  }

  /** The page of this leaf alone, whatever its time. */
  readLeaf(index: number): Promise<ExportPage> {
    return this.call({ index: String(index), limit: '1' });
  }

  private call(rest: Record<string, string>): Promise<ExportPage> {
    const query = new URLSearchParams({ format: this.query.format, ...rest });
    return this.api.call(exportEndpoints.read, { params: { slug: this.slug }, query });
  }
}

async function copyPages(
  context: Context,
  pages: Pages,
  first: number,
  write: (lines: string) => Promise<void>,
): Promise<{ added: number; size: number; log: string }> {
  const progress = new Progress(context.io);
  let [at, size, added] = [first, 0, 0];
  progress.waiting(() => `${at} of ${size} leaves, ${added} exported`);
  try {
    for (;;) {
      const page = await pages.read(at);
      if (page.items.length > 0) await write(`${page.items.join('\n')}\n`);
      added += page.items.length;
      size = page.size;
      if (page.next === null) return { added, size, log: page.log };
      at = page.next;
    }
  } finally {
    progress.end();
  }
}

type Place = { log: unknown; index: unknown; hash: unknown };

/** Where a line of each format says which leaf it is. */
const PLACE_OF: Readonly<Record<ExportFormat, (line: string) => Place>> = {
  jsonl: (line) => JSON.parse(line),
  ocsf: (line) => {
    const { metadata, unmapped } = JSON.parse(line);
    return { log: metadata.log_name, index: metadata.sequence, hash: unmapped.hash };
  },
  hec: (line) => {
    const { source, fields } = JSON.parse(line);
    return { log: source, index: fields.leaf, hash: fields.hash };
  },
  syslog: (line) => {
    const data = / \[countersign@\d+ log="([^"]+)" index="(\d+)" hash="([^"]+)"/;
    const [, log, index, hash] = data.exec(line.slice(0, 1_000)) ?? [];
    return { log, index: Number(index), hash };
  },
};

/** The longest line: a leaf of 60 kB with its values, in an envelope. */
const MAX_LINE = 1_048_576;

/** A file with one line for each leaf. It is only ever appended to. */
class ExportFile {
  private constructor(
    private readonly path: string,
    private readonly format: ExportFormat,
    private readonly handle: FileHandle,
  ) {}

  /** @throws CliError `cannot_open` */
  static async open(path: string, format: ExportFormat): Promise<ExportFile> {
    try {
      return new ExportFile(path, format, await open(path, 'a+', 0o600));
    } catch (cause) {
      throw cannotOpenError(path, cause);
    }
  }

  /**
   * The index after the file's last whole line. What an interrupted run left of a further line is cut off.
   *
   * @param first where an empty file begins
   * @throws CliError `file_differs` if the file is another log's, of another format, or ends before `first`
   */
  async continueAt(first: number, pages: Pages): Promise<number> {
    const { size } = await this.handle.stat();
    if (size === 0) return first;
    const tail = Buffer.alloc(Math.min(size, 2 * MAX_LINE));
    await this.handle.read(tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(0x0a) + 1;
    if (end === 0 && size > MAX_LINE) throw this.differs('has a line that is no export');
    const begin = end === 0 ? 0 : tail.lastIndexOf(0x0a, end - 2) + 1;
    const at = end === 0 ? first : await this.indexAfter(tail.toString('utf8', begin, end - 1), pages);
    if (at < first) throw this.differs(`ends before leaf ${first}`);
    await this.handle.truncate(size - tail.length + end);
    return at;
  }

  async append(lines: string): Promise<void> {
    try {
      await this.handle.appendFile(lines);
    } catch (cause) {
      throw cannotWriteError(this.path, cause);
    }
  }

  async close(): Promise<void> {
    await this.handle.sync().catch(() => undefined);
    await this.handle.close();
  }

  /** The line must be of this very log: its leaf has the same hash there. */
  private async indexAfter(line: string, pages: Pages): Promise<number> {
    const { log, index, hash } = this.placeOf(line);
    const page = await pages.readLeaf(index);
    if (log !== page.log) throw this.differs(`is of the log ${String(log)}, not of ${page.log}`);
    const [same] = page.items;
    if (same === undefined || this.placeOf(same).hash !== hash)
      throw this.differs(`has a leaf ${index} that the log does not have`);
    return index + 1;
  }

  private placeOf(line: string): Place & { index: number } {
    try {
      const place = PLACE_OF[this.format](line);
      const { index } = place;
      if (typeof index === 'number' && Number.isSafeInteger(index)) return { ...place, index };
    } catch {
      // It is no line of this format.
    }
    throw this.differs(`is no export in the format ${this.format}`);
  }

  private differs(what: string): CliError {
    return new CliError('file_differs', `${this.path} ${what}. Write to another file.`);
  }
}
