import { EVENT_TYPES } from '@countersign/contract';
import type { LeafV1 } from './leaf.js';
import { LogFault } from './log-fault.js';

const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES);

/** Whether this verifier knows what a leaf of this type says. */
export const isKnownType = (type: string): boolean => KNOWN.has(type);

/** A type that this verifier does not know. `log` is the slug of the log, `index` its first leaf of this type. */
export type UnknownType = { log: string; type: string; index: number; count: number };

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
 * The leaves of a log whose types this verifier does not know: a newer broker has written them. They may end a grant, give a role,
 * or explain a gap. So what comes after them may look like a fault and be none, and no such log is verified. What does not depend
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

  /** Takes a leaf; each one of a log that another depends on, so that none can be dated back. @returns whether its type is unknown */
  take({ type, tenant: log, at, seq: index }: LeafV1): boolean {
    this.#newest = Math.max(this.#newest, Date.parse(at));
    if (KNOWN.has(type)) return false;
    this.#since ??= this.#newest;
    const known = this.#types.get(type);
    if (known !== undefined) known.count += 1;
    else if (this.#types.size < MOST_TYPES) this.#types.set(type, { log, type, index, count: 1 });
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

  /** What was found in this log and those beside it; null if every type is known. */
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
  const others = more.length === 0 ? '' : ` Nor does it know ${more.length} more of its types.`;
  const rest =
    undecided === null
      ? 'What it knows was checked, and no fault was found.'
      : `What comes after does not fit what it knows, which may be for that reason (${undecided.code}: ${undecided.message}).`;
  return new LogFault(
    'unknown_event',
    `Leaf ${first?.index} of the log ${first?.log} has the type ${first?.type}, which this verifier does not know.${others} ${rest} Update the verifier, and verify again.`,
    first?.index,
  );
}
