import type { LeafV1, LogSource } from '@countersign/audit-log';
import { ERASURE_DAYS, type Hashing, type Opening, openCommitment } from '@countersign/contract';
import { fault, type Warnings } from './faults.js';
import { eventOf, type LeafData, type LeafOf } from './leaf-data.js';
import { OpeningFiles } from './opening-files.js';

/** The values and salts of a leaf that were served and open their commitments, by name. */
export type Opened = ReadonlyMap<string, Opening>;

/** How many openings are read at once, so that a server's answers do not wait for each other. */
const AT_ONCE = 16;

type Options = {
  /** True for a log whose reader may see every opening; false for the deployment's. */
  isComplete: boolean;
  /** False if values are not read at all: then only erasures are checked. */
  readsValues?: boolean;
  warnings: Warnings;
  /** An earlier leaf, proven to be the log's; undefined if it was pruned. Absent for a log whose values are never erased. */
  leafAt?: (index: number) => Promise<LeafV1 | undefined>;
};

/** A leaf some of whose values were not served. An erasure may explain that. */
type Missing = Pick<LeafV1, 'type' | 'at' | 'commitments'> & { names: string[] };

/**
 * Reads the values behind the commitments of each leaf: a value that is served must open its commitment, and one that is
 * missing must have been erased, with an event, or never have been open to the reader.
 *
 * What is served may change at any time, unlike the leaves. So each run reads every value again, also one that goes on from an
 * earlier run: nothing of this is kept.
 */
export class Openings {
  readonly #running: Promise<void>[] = [];
  readonly #files: OpeningFiles;
  /** By the index of their leaf. */
  readonly #missing = new Map<number, Missing>();
  /** Commitments whose values were erased. Several leaves may have the same one. */
  readonly #erased = new Set<string>();
  /** How many commitments were opened. */
  opened = 0;

  constructor(
    private readonly hashing: Hashing,
    source: LogSource,
    private readonly options: Options,
  ) {
    this.#files = new OpeningFiles(source);
  }

  /**
   * Takes the next leaf. Reading goes on in the background; faults come in the order of the leaves.
   *
   * @param use called with what was opened. It may throw a LogFault
   */
  async take(data: LeafData, use: (opened: Opened) => void = () => undefined): Promise<void> {
    const event = eventOf(data);
    if (event?.type === 'opening.erased') {
      // It may name a leaf that is still being read.
      await this.settle();
      await this.takeErasure(event);
    }
    const names = Object.keys(data.leaf.commitments);
    if (names.length === 0 || this.options.readsValues === false) return use(NOTHING);
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
    const [first] = [...this.#missing]
      .map(([index, { type, names, commitments }]) => {
        const unexplained = names.filter((name) => !this.#erased.has(commitments[name] ?? ''));
        return { index, type, names: unexplained };
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

  /** Reads the openings of an earlier leaf: a seal that was opened. */
  read(index: number): Promise<Opened> {
    return this.#files.read(index);
  }

  private async open(data: LeafData, names: readonly string[], use: (opened: Opened) => void): Promise<void> {
    const { index, leaf } = data;
    const found = await this.#files.next(index);
    for (const [name, opening] of found)
      if (!openCommitment(this.hashing, name, opening, leaf.commitments[name] ?? ''))
        throw data.fault('false_opening', `what is served for \`${name}\` does not open its commitment.`);
    this.opened += found.size;
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0 && this.options.isComplete && isOpenToTenant(data))
      this.#missing.set(index, { ...leafParts(leaf), names: missing });
    use(found);
  }

  /** An erasure counts by its leaves alone, whether or not the value is still served: a mirror keeps what it has. */
  private async takeErasure(data: LeafOf<'opening.erased'>): Promise<void> {
    const index = data.count('leaf');
    const fields = data.members.fields;
    if (index >= data.index || fields.length === 0)
      throw data.fault('wrong_erasure', 'an erasure names an earlier leaf, and fields of it.');
    const detail = `Values of leaf ${index} were erased: ${fields.join(', ')}.`;
    this.options.warnings.add('erased', detail, data.index);
    const leaf = this.#missing.get(index) ?? (await this.options.leafAt?.(index));
    // Of a pruned leaf nothing is served, and only old leaves are pruned.
    if (leaf === undefined) return;
    for (const field of fields) {
      const commitment = Object.hasOwn(leaf.commitments, field) ? leaf.commitments[field] : undefined;
      if (commitment === undefined)
        throw data.fault('wrong_erasure', `leaf ${index} has no value named \`${field}\`.`);
      // An invitation's ticket goes with the invitation, also in younger requests that share it.
      if (field !== SHARED && data.at - Date.parse(leaf.at) < ERASURE_DAYS.least * DAY_MS)
        throw data.fault(
          'wrong_erasure',
          `\`${field}\` of leaf ${index} was erased less than ${ERASURE_DAYS.least} days after it was written.`,
        );
      this.#erased.add(commitment);
    }
  }
}

const NOTHING: Opened = new Map();

const leafParts = ({ type, at, commitments }: LeafV1) => ({ type, at, commitments });

/** The commitment that several leaves may have: a request takes over the ticket of the invitation that allows it. */
const SHARED = 'ticket';
const DAY_MS = 86_400_000;

/**
 * A reason of the vendor's lock is the vendor's alone. A sealed leaf is opened after twelve months, and checked then. Of an
 * unknown leaf it is not known.
 */
function isOpenToTenant(data: LeafData): boolean {
  const event = eventOf(data);
  if (event === undefined || event.type === 'log.sealed') return false;
  return event.type !== 'lock.set' || event.members.side !== 'vendor';
}
