import type { LogSource } from '@countersign/audit-log';
import { ContractError, type Opening, readStrictJson } from '@countersign/contract';
import { fault } from './faults.js';

/** Values and salts of one leaf, by name. */
type Values = ReadonlyMap<string, Opening>;

/** The values of the leaves from `start` up to, but not including, `next`. A leaf that is not in `leaves` has none. */
type Page = { start: number; next: number; leaves: ReadonlyMap<number, Values> };

const NONE: Values = new Map();

/**
 * Reads the values behind the commitments of leaves, as a log serves them: one file a leaf, `openings/{index}`. A server also gives
 * the values of many leaves in one answer, `openings?index={index}`, so that a whole log takes far fewer requests. A folder has files
 * alone.
 */
export class OpeningFiles {
  /** The page that was requested last; null if the source has no pages. */
  #page: Promise<Page | null> = Promise.resolve({ start: 0, next: 0, leaves: new Map() });

  constructor(private readonly source: LogSource) {}

  /** The values of one leaf. Callers go through the log in its order. @throws LogFault `false_opening` */
  async next(index: number): Promise<Values> {
    for (;;) {
      const requested = this.#page;
      const page = await requested;
      if (page === null) return this.read(index);
      if (index >= page.start && index < page.next) return page.leaves.get(index) ?? NONE;
      if (this.#page === requested) this.#page = this.load(index);
    }
  }

  /** The values of any leaf. @throws LogFault `false_opening` */
  async read(index: number): Promise<Values> {
    return readOpenings(await this.source.read(`openings/${index}`), index);
  }

  private async load(start: number): Promise<Page | null> {
    const bytes = await this.source.read(`openings?index=${start}`);
    return bytes === undefined ? null : readPage(bytes, start);
  }
}

const wrong = (detail: string, index: number) =>
  fault('false_opening', `the file of its openings ${detail}.`, index);

/**
 * Reads what `openings/{index}` has: `{"index":7,"openings":{"path":{"salt":"…","value":"…"}}}`. No file: nothing is open.
 *
 * @throws LogFault `false_opening` for anything else
 */
export function readOpenings(bytes: Uint8Array | undefined, index: number): Map<string, Opening> {
  return bytes === undefined ? new Map() : valuesOf(parse(bytes, index), index);
}

/** `{"index":0,"next":256,"leaves":[{"index":7,"openings":{…}}]}`, the leaves as in their files. */
function readPage(bytes: Uint8Array, start: number): Page {
  const page = parse(bytes, start);
  if (!isRecord(page) || page['index'] !== start || !Array.isArray(page['leaves']))
    throw wrong('is not the page that was requested', start);
  const { next } = page;
  if (!Number.isSafeInteger(next) || Number(next) <= start) throw wrong('has no end', start);
  const leaves = page['leaves'].map((leaf: unknown) => {
    const index = isRecord(leaf) ? Number(leaf['index']) : Number.NaN;
    return [index, valuesOf(leaf, index)] as const;
  });
  return { start, next: Number(next), leaves: new Map(leaves) };
}

function parse(bytes: Uint8Array, index: number): unknown {
  try {
    return readStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw wrong('is not one JSON document', index);
  }
}

function valuesOf(file: unknown, index: number): Map<string, Opening> {
  if (!isRecord(file) || !isRecord(file['openings'])) throw wrong('has no openings', index);
  if (file['index'] !== index) throw wrong('is of another leaf', index);
  return new Map(
    Object.entries(file['openings']).map(([name, opening]) => {
      if (!isRecord(opening) || typeof opening['value'] !== 'string' || typeof opening['salt'] !== 'string')
        throw wrong('has an opening without value and salt', index);
      return [name, { value: opening['value'], salt: opening['salt'] }];
    }),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
