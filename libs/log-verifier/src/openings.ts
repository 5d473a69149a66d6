import type { LogSource } from '@countersign/audit-log';
import {
  ContractError,
  ERASURE_DAYS,
  type Hashing,
  type Opening,
  openCommitment,
  readStrictJson,
} from '@countersign/contract';
import { fault, type Warnings } from './faults.js';
import type { LeafData } from './leaf-data.js';

/** The values and salts of a leaf that were served and open their commitments, by name. */
export type Opened = ReadonlyMap<string, Opening>;

export type OpeningState = {
  /** Fields without an opening, by the index of their leaf. An erasure may still explain them. */
  missing: Map<number, { type: string; at: number; commitments: Map<string, string> }>;
  /** Commitments whose values were erased. Several leaves may have the same one. */
  erased: Set<string>;
};

/** How many openings are read at once, so that a server's answers do not wait for each other. */
const AT_ONCE = 16;

/**
 * Reads the values behind the commitments of each leaf: a value that is served must open its commitment, and one that is
 * missing must have been erased, with an event, or never have been open to the reader.
 */
export class Openings {
  readonly #running: Promise<void>[] = [];
  /** How many commitments were opened. */
  opened = 0;

  constructor(
    private readonly hashing: Hashing,
    private readonly source: LogSource,
    private readonly options: {
      /** True for a log whose reader may see every opening; false for the deployment's. */
      isComplete: boolean;
      warnings: Warnings;
    },
    readonly state: OpeningState = { missing: new Map(), erased: new Set() },
  ) {}

  /**
   * Takes the next leaf. Reading goes on in the background; faults come in the order of the leaves.
   *
   * @param use called with what was opened. It may throw a LogFault
   */
  async take(data: LeafData, use: (opened: Opened) => void = () => undefined): Promise<void> {
    if (data.leaf.type === 'opening.erased') {
      // It may name a leaf that is still being read.
      await this.settle();
      this.takeErasure(data);
    }
    const names = Object.keys(data.leaf.commitments);
    if (names.length === 0) return use(NOTHING);
    const running = this.open(data, names, use);
    // A failure is reported when it is its turn.
    running.catch(() => undefined);
    this.#running.push(running);
    if (this.#running.length >= AT_ONCE) await this.#running.shift();
  }

  /** Waits for what is still being read. @throws LogFault of the first leaf that has one */
  async settle(): Promise<void> {
    for (let next = this.#running.shift(); next !== undefined; next = this.#running.shift()) await next;
  }

  /** @throws LogFault `missing_opening` for the first leaf with an opening that no event explains */
  async finish(): Promise<void> {
    await this.settle();
    const { missing, erased } = this.state;
    const [first] = [...missing]
      .map(([index, { type, commitments }]) => {
        const names = [...commitments].flatMap(([name, commitment]) =>
          erased.has(commitment) ? [] : [name],
        );
        return { index, type, names };
      })
      .filter(({ names }) => names.length > 0)
      .sort((a, b) => a.index - b.index);
    if (first === undefined) return;
    const { index, type, names } = first;
    throw fault(
      'missing_opening',
      `the value behind \`${names.join('`, `')}\` of ${type} is missing, and no event says that it was erased.`,
      index,
    );
  }

  /** Reads the openings of an earlier leaf again: a seal that was opened. */
  async read(index: number): Promise<Map<string, Opening>> {
    return readOpenings(await this.source.read(`openings/${index}`), index);
  }

  private async open(data: LeafData, names: readonly string[], use: (opened: Opened) => void): Promise<void> {
    const { index, leaf } = data;
    const found = await this.read(index);
    for (const [name, opening] of found)
      if (!openCommitment(this.hashing, name, opening, leaf.commitments[name] ?? ''))
        throw data.fault('false_opening', `what is served for \`${name}\` does not open its commitment.`);
    this.opened += found.size;
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0 && this.options.isComplete && isOpenToTenant(data))
      this.state.missing.set(index, {
        type: leaf.type,
        at: data.at,
        commitments: new Map(missing.map((name) => [name, leaf.commitments[name] ?? ''])),
      });
    use(found);
  }

  private takeErasure(data: LeafData): void {
    const leaf = data.count('leaf');
    const fields = data.texts('fields');
    if (leaf >= data.index || fields.length === 0)
      throw data.fault('wrong_erasure', 'an erasure names an earlier leaf, and fields of it.');
    this.options.warnings.add(
      'erased',
      `Values of leaf ${leaf} were erased: ${fields.join(', ')}.`,
      data.index,
    );
    const { missing, erased } = this.state;
    const gone = missing.get(leaf);
    for (const field of fields) {
      const commitment = gone?.commitments.get(field);
      if (gone === undefined || commitment === undefined) continue;
      // An invitation's ticket goes with the invitation, also in younger requests that share it.
      if (field !== SHARED && data.at - gone.at < ERASURE_DAYS.least * DAY_MS)
        throw data.fault(
          'wrong_erasure',
          `\`${field}\` of leaf ${leaf} was erased less than ${ERASURE_DAYS.least} days after it was written.`,
        );
      erased.add(commitment);
    }
  }
}

const NOTHING: Opened = new Map();

/** The commitment that several leaves may have: a request takes over the ticket of the invitation that allows it. */
const SHARED = 'ticket';
const DAY_MS = 86_400_000;

/** A reason of the vendor's lock is the vendor's alone. A sealed leaf is opened after twelve months, and checked then. */
const isOpenToTenant = ({ leaf: { type, data } }: LeafData): boolean =>
  type !== 'log.sealed' && !(type === 'lock.set' && data['side'] === 'vendor');

/**
 * Reads what `openings/{index}` has: `{"index":7,"openings":{"path":{"salt":"…","value":"…"}}}`. No file: nothing is open.
 *
 * @throws LogFault `false_opening` for anything else
 */
export function readOpenings(bytes: Uint8Array | undefined, index: number): Map<string, Opening> {
  const wrong = (detail: string) => fault('false_opening', `the file of its openings ${detail}.`, index);
  if (bytes === undefined) return new Map();
  let file: unknown;
  try {
    file = readStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw wrong('is not one JSON document');
  }
  if (!isRecord(file) || !isRecord(file['openings'])) throw wrong('has no openings');
  if (file['index'] !== index) throw wrong('is of another leaf');
  return new Map(
    Object.entries(file['openings']).map(([name, opening]) => {
      if (!isRecord(opening) || typeof opening['value'] !== 'string' || typeof opening['salt'] !== 'string')
        throw wrong('has an opening without value and salt');
      return [name, { value: opening['value'], salt: opening['salt'] }];
    }),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
