import type { LeafV1 } from './leaf.js';
import { type Difference, differenceOf, requireReadable } from './leaf-form.js';
import { LogFault } from './log-fault.js';

/**
 * A type that this verifier does not know; or, with `member`, what it does not know of a type (`data.lane`). `log` is the slug of the
 * log, `index` its first such leaf.
 */
export type UnknownType = { log: string; type: string; member?: string; index: number; count: number };

export type UnknownFound = {
  /** In the order of their first leaves; the deployment's log comes first. */
  types: UnknownType[];
  /** The first fault that may follow from what such a leaf says. A verifier that knows the type decides it. */
  undecided: LogFault<string> | null;
};

/** As many as a report lists. A log has one or two, unless someone wants to fill it. */
const MOST_TYPES = 100;

/** What another log says counts so much earlier: a change commits a little before or after it is seen in this one. */
const TOLERANCE_MS = 30_000;

/**
 * The leaves of a log that this verifier does not know, by their type or a member: a newer broker has written them. They may end a
 * grant, give a role, or explain a gap. So what comes after them may look like a fault and be none, and no such log is verified. What does not depend
 * on them is checked as ever: hashes, signatures, openings, and everything that came before.
 */
export class UnknownLeaves {
  readonly #types = new Map<string, UnknownType>();
  /** When the first of them was written, in milliseconds since the epoch: no earlier than the leaves before it, whatever it says. */
  #since: number | undefined;
  #newest = 0;
  #undecided: LogFault<string> | undefined;

  /** @param beside those of other logs that this one depends on. They count from their times on */
  constructor(private readonly beside: readonly UnknownLeaves[] = []) {}

  /**
   * Takes a leaf; each one of a log that another depends on, so that none can be dated back.
   *
   * @throws LogFault `unreadable_leaf` if it is none that any release writes
   * @returns whether it is unknown
   */
  take(leaf: LeafV1, difference: Difference | undefined = differenceOf(leaf)): boolean {
    const { type, tenant: log, at, seq: index } = leaf;
    this.#newest = Math.max(this.#newest, Date.parse(at));
    if (difference === undefined) return false;
    requireReadable(leaf, difference);
    this.#since ??= this.#newest;
    const key = `${type} ${difference.at}`;
    const known = this.#types.get(key);
    const member = difference.at === '' ? {} : { member: difference.at };
    if (known !== undefined) known.count += 1;
    else if (this.#types.size < MOST_TYPES) this.#types.set(key, { log, type, ...member, index, count: 1 });
    return true;
  }

  /**
   * Keeps a fault that may follow from an unknown leaf.
   *
   * @param at when it happened, in milliseconds since the epoch. Default: at the end of the log
   * @throws the error, if it is another one
   */
  keep(error: unknown, at = Number.POSITIVE_INFINITY): void {
    const mayFollow =
      this.#since !== undefined ||
      this.beside.some((other) => other.#since !== undefined && at >= other.#since - TOLERANCE_MS);
    if (!(error instanceof LogFault) || !mayFollow) throw error;
    this.#undecided ??= error;
  }

  /** Does work whose faults are kept as `keep` does. @throws LogFault */
  attempt(work: () => void | Promise<void>, at?: number): void | Promise<void> {
    try {
      const later = work();
      return later instanceof Promise ? later.catch((error: unknown) => this.keep(error, at)) : later;
    } catch (error) {
      this.keep(error, at);
    }
  }

  /** What was found in this log and those beside it; null if all is known. */
  get found(): UnknownFound | null {
    const logs = [...this.beside, this];
    const types = logs.flatMap((log) => [...log.#types.values()]);
    const undecided = logs.map((log) => log.#undecided).find((fault) => fault !== undefined);
    return types.length === 0 ? null : { types, undecided: undecided ?? null };
  }
}

/** What a caller takes them for: a verdict of its own, after every fault. */
export function unknownEvent({ types, undecided }: UnknownFound): LogFault<'unknown_event'> {
  const [first, ...more] = types;
  const what = types.some(({ member }) => member !== undefined) ? 'types and members' : 'types';
  const others = more.length === 0 ? '' : ` Nor does it know ${more.length} more of its ${what}.`;
  const has = first?.member === undefined ? 'the type ' : `\`${first.member}\` in the type `;
  const rest =
    undecided === null
      ? 'What it knows was checked, and no fault was found.'
      : `What comes after does not fit what it knows, which may be for that reason (${undecided.code}: ${undecided.message}).`;
  return new LogFault(
    'unknown_event',
    `Leaf ${first?.index} of the log ${first?.log} has ${has}${first?.type}, which this verifier does not know.${others} ${rest} Update the verifier, and verify again.`,
    first?.index,
  );
}
