import type { Hashing, ToSign } from '@countersign/contract';
import { decodeHash, encodeBase64, equalBytes } from './bytes.js';
import { type Checkpoint, parseLogOrigin } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import type { LeafV1 } from './leaf.js';
import { LogFault } from './log-fault.js';
import {
  type Ed25519Check,
  ed25519Key,
  formatSignatureLine,
  type Note,
  noteToSign,
  parseSignatureLine,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signaturesBy,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from './note.js';
import { completeSubtrees } from './proofs.js';
import type { CompactRange } from './tree.js';
import type { VerifiedPoint } from './tree-reader.js';

/**
 * How a log stays one log while its key and its name change (docs/log.md, New keys and restores).
 *
 * - A key is replaced by a leaf `log.key`, in which the replaced key signs the new one. It is a C2SP signed note:
 *
 *       <new verifier key>
 *
 *       — <origin> <base64(key id ‖ signature) by the replaced key>
 *
 * - A database that was restored from a backup continues under the next epoch's origin. The first leaf that the epoch
 *   appends is `log.restored`; the leaves before it stay at their indices.
 */
export const KEY_LEAF = 'log.key';
export const RESTORED_LEAF = 'log.restored';

/** What the leaf `log.key` says of a log's new key, but for the key's `kid`. `signature` is base64(key id ‖ signature). */
export type HandOver = { vkey: string; replaces: string; signature: string };

/** What the replaced key of a log has to sign of the new one. Both are Ed25519 keys; `origin` is the log's. */
export function handOverToSign(
  hashing: Hashing,
  origin: string,
  replaced: Uint8Array,
  next: Uint8Array,
): ToSign<HandOver> {
  const vkey = verifierKey(hashing, origin, next);
  const replaces = verifierKey(hashing, origin, replaced);
  const note = noteToSign(hashing, `${vkey}\n`, { name: origin, publicKey: replaced });
  return {
    bytes: note.bytes,
    signed: (signature) => {
      const line = formatSignatureLine(note.signed(signature));
      return { vkey, replaces, signature: line.slice(line.lastIndexOf(' ') + 1) };
    },
  };
}

/** What a leaf `log.restored` says: the epoch that it begins, what the log was known to be before, and what was lost. */
export type Restoration = {
  /** Its own place in the log. */
  index: number;
  epoch: number;
  /** The last known checkpoint before; `root` is padded base64. */
  previous: { origin: string; size: number; root: string };
  /** How many of the first leaves of `previous` the log still has. */
  kept: number;
  /** `previous.size` − `kept` */
  lost: number;
};

/** What became of a log's key and name. */
export type Succession = {
  /** The verifier keys that the follower trusts now, under the current origin, the newest last. */
  keys: string[];
  /** The restores that the leaves read in this run name, the oldest first. */
  restorations: Restoration[];
  /** How many of the leaves that an earlier run verified are no longer in the log, because it was restored. */
  lost: number;
};

/** A hostile log could have a leaf of these types at each index. */
const MOST_CHANGES = 10_000;

/**
 * Follows one log of Countersign through its keys and epochs, from the keys that the follower trusts. It belongs to one run
 * of `verifyLog`, which calls `begin`, `compare` at some sizes, and `finish`. The caller parses the leaves and hands
 * them to `readLeaf`.
 */
export class LogSuccession {
  /** Public keys, the newest last. */
  #trusted: Uint8Array[];
  /** Whether the newest is known to have replaced the others: then it must have signed. */
  #isReplaced = false;
  /** What was verified before, in an earlier epoch. */
  #before: EarlierEpoch | undefined;
  #readsAll = true;
  readonly #handOvers: { index: number; data: Record<string, unknown> }[] = [];
  readonly #restorations: Restoration[] = [];

  /** @param keys of this log, under the origin of any of its epochs */
  constructor(
    private readonly ports: { hashing: Hashing; check: Ed25519Check },
    private readonly keys: readonly VerifierKey[],
  ) {
    this.#trusted = keys
      .filter(({ type }) => type === SIGNATURE_TYPE.ed25519)
      .map(({ publicKey }) => publicKey);
  }

  /**
   * Before the leaves are read.
   *
   * @returns whether the leaves that `since` covers need not be read again
   * @throws LogFault `checkpoint`, `rolled_back`, `invalid_state`
   */
  async begin(checkpoint: Checkpoint, note: Note, since: VerifiedPoint | undefined): Promise<boolean> {
    const { origin } = checkpoint;
    if (!this.isOfThisLog(origin))
      throw new LogFault(
        'checkpoint',
        `The checkpoint is of the log ${origin}, not of the one that was requested.`,
      );
    const isSameEpoch = since?.origin === origin;
    this.#readsAll = !isSameEpoch;
    if (since !== undefined) this.learnFrom(since, isSameEpoch);
    const signers = this.keysOf(origin).filter((key) => signaturesBy(note, key).length > 0);
    if (signers.length > 0) await requireSigned(this.ports.check, note, signers);
    // Otherwise a key may have signed that the leaves to be read hand over.
    else if (
      !note.signatures.some(({ name }) => name === origin) ||
      (isSameEpoch && since.size >= checkpoint.size)
    )
      await requireSigned(this.ports.check, note, this.keysOf(origin));
    if (since !== undefined && !isSameEpoch) this.#before = this.earlierEpoch(origin, since);
    return isSameEpoch;
  }

  /** The sizes of the tree at which it is compared with what was verified in an earlier epoch. */
  get sizesToCompare(): readonly number[] {
    return this.#before?.sizes ?? [];
  }

  /**
   * Compares the tree with the earlier epoch. Called at the first size that the log still gives, and at each of
   * `sizesToCompare` after it, in their order. Other sizes are ignored.
   */
  compare(range: CompactRange): void {
    this.#before?.compare(range);
  }

  /** @throws LogFault `invalid_leaf` */
  readLeaf(index: number, { type, data }: LeafV1): void {
    if (type === KEY_LEAF) this.#handOvers.push({ index, data });
    else if (type === RESTORED_LEAF) this.#restorations.push(this.restorationOf(index, data));
    if (this.#handOvers.length + this.#restorations.length > MOST_CHANGES)
      throw new LogFault('invalid_leaf', 'The log has more changes of its key than it can need.', index);
  }

  /**
   * After the last leaf.
   *
   * @param start the first leaf that was read
   * @throws LogFault `checkpoint`, `invalid_leaf`, `forked`, `pruned`
   */
  async finish({ origin }: Checkpoint, note: Note, start: number): Promise<Succession> {
    for (const { index, data } of this.#handOvers) await this.follow(index, data);
    const keys = this.keysOf(origin);
    await requireSigned(this.ports.check, note, this.#isReplaced ? keys.slice(-1) : keys);
    this.requireRestored(origin, start);
    return {
      keys: keys.map(({ publicKey }) => verifierKey(this.ports.hashing, origin, publicKey)),
      restorations: this.#restorations,
      lost: this.#before?.lost(this.#restorations, start) ?? 0,
    };
  }

  /** The trusted keys under this name. */
  private keysOf(name: string): VerifierKey[] {
    return this.#trusted.map((publicKey) => ed25519Key(this.ports.hashing, name, publicKey));
  }

  private isOfThisLog(origin: string): boolean {
    const other = parseLogOrigin(origin);
    if (other === undefined) return false;
    return this.keys.some(({ name }) => {
      const own = parseLogOrigin(name);
      return own?.deployment === other.deployment && own.slug === other.slug;
    });
  }

  private isTrusted(key: VerifierKey): boolean {
    return this.#trusted.some((own) => equalBytes(own, key.publicKey));
  }

  /** The keys that an earlier run learned count if it began with one that is trusted now. */
  private learnFrom({ keys = [] }: VerifiedPoint, isSameEpoch: boolean): void {
    const learned = keys.flatMap((text) => this.readKey(text) ?? []);
    if (!learned.some((key) => this.isTrusted(key))) return;
    for (const key of learned) this.trust(key);
    this.#isReplaced = isSameEpoch && learned.length > 1;
  }

  /** Trusts a key as the newest. */
  private trust({ publicKey }: VerifierKey): void {
    this.#trusted = [...this.#trusted.filter((own) => !equalBytes(own, publicKey)), publicKey];
  }

  private earlierEpoch(origin: string, since: VerifiedPoint): EarlierEpoch {
    const [before, now] = [parseLogOrigin(since.origin), parseLogOrigin(origin)];
    if (before === undefined || now === undefined || !this.isOfThisLog(since.origin))
      throw new LogFault('invalid_state', `The state file is of another log: ${since.origin}.`);
    if (before.epoch > now.epoch)
      throw new LogFault('rolled_back', `The log is ${origin}, and was ${since.origin} before.`);
    return new EarlierEpoch(before.epoch, since);
  }

  /** A key by its text; undefined if it is of a type that this version does not know. @throws AuditLogError `invalid_key` */
  private readKey(text: unknown): VerifierKey | undefined {
    try {
      return parseVerifierKey(this.ports.hashing, String(text));
    } catch (error) {
      if (error instanceof AuditLogError && error.code === 'unknown_key_type') return undefined;
      throw error;
    }
  }

  /** Trusts the key of a leaf `log.key` if a trusted key signed it. What other keys hand over does not concern this follower. */
  private async follow(index: number, { vkey, replaces, signature }: Record<string, unknown>): Promise<void> {
    try {
      const [next, replaced] = [this.readKey(vkey), this.readKey(replaces)];
      if (next === undefined || replaced === undefined) return;
      if (!this.isOfThisLog(next.name) || replaced.name !== next.name)
        throw new AuditLogError('wrong_origin', 'The key is of another log.');
      if (this.isTrusted(replaced)) {
        const signatures = [parseSignatureLine(`— ${replaced.name} ${signature}`)];
        await verifyNote(this.ports.check, { text: `${vkey}\n`, signatures }, [replaced]);
      } else if (!this.isTrusted(next)) return;
      this.trust(next);
      this.#isReplaced = true;
    } catch (cause) {
      if (!(cause instanceof AuditLogError)) throw cause;
      const detail = `Leaf ${index} replaces the log's key without a signature of the key before.`;
      throw new LogFault('invalid_leaf', detail, index, { cause });
    }
  }

  private restorationOf(index: number, data: Record<string, unknown>): Restoration {
    const restoration = parseRestoration(index, data);
    const before = parseLogOrigin(restoration?.previous.origin ?? '');
    const last = this.#restorations.at(-1)?.epoch ?? 1;
    if (
      restoration === undefined ||
      before === undefined ||
      !this.isOfThisLog(restoration.previous.origin) ||
      restoration.epoch <= Math.max(before.epoch, last)
    )
      throw new LogFault('invalid_leaf', `Leaf ${index} names a restore that cannot have been.`, index);
    return restoration;
  }

  /** A log of a later epoch than the follower's key has a leaf that says so. */
  private requireRestored(origin: string, start: number): void {
    const { epoch } = parseLogOrigin(origin) ?? { epoch: 1 };
    const last = this.#restorations.at(-1);
    if (last !== undefined && last.epoch > epoch)
      throw new LogFault('forked', `Leaf ${last.index} begins epoch ${last.epoch} of ${origin}.`, last.index);
    const isKnown = this.keys.some(({ name }) => parseLogOrigin(name)?.epoch === epoch);
    if (!this.#readsAll || isKnown || last?.epoch === epoch) return;
    if (start > 0)
      throw new LogFault(
        'pruned',
        `The leaf that says how the log became ${origin} may have been pruned. Take the key of its newest anchor file.`,
      );
    throw new LogFault('forked', `No leaf says that the log was restored and continues as ${origin}.`);
  }
}

function parseRestoration(index: number, data: Record<string, unknown>): Restoration | undefined {
  const { epoch, kept, lost } = data;
  const { origin, size, root } = (data['previous'] ?? {}) as Record<string, unknown>;
  if (!isCount(epoch) || !isCount(kept) || !isCount(lost) || !isCount(size)) return undefined;
  if (typeof origin !== 'string' || typeof root !== 'string' || decodeHash(root) === undefined)
    return undefined;
  if (kept > index || size - kept !== lost) return undefined;
  return { index, epoch, previous: { origin, size, root }, kept, lost };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** What was verified in an earlier epoch, beside the leaves that the log has now. */
class EarlierEpoch {
  /** How many of the first leaves are shown to be the same. The range that was kept shows it at a few sizes only. */
  #common = 0;
  #isCommon = true;
  readonly sizes: readonly number[];

  constructor(
    private readonly epoch: number,
    private readonly since: VerifiedPoint,
  ) {
    this.sizes = sizesOf(since.size);
  }

  /** Compares at each size whose subtrees are the first ones of the range that was kept. */
  compare({ size, nodes }: CompactRange): void {
    const at = this.sizes.indexOf(size);
    if (at < 0 || !this.#isCommon) return;
    this.#isCommon = nodes.every((node, place) => encodeBase64(node) === this.since.range[place]);
    if (this.#isCommon) this.#common = size;
  }

  /**
   * How many of the leaves that were verified the log no longer has.
   *
   * @param start the first leaf that was read; those before it were pruned
   * @throws LogFault `forked`; `pruned` if what would show a fork is gone
   */
  lost(restorations: readonly Restoration[], start: number): number {
    const first = restorations.find(({ epoch }) => epoch > this.epoch);
    const { origin, size, root } = this.since;
    if (first === undefined)
      throw start > 0
        ? new LogFault(
            'pruned',
            `The leaf that says why the log is not ${origin} any more may have been pruned.`,
          )
        : new LogFault('forked', `No leaf says that the log was restored since it was ${origin}.`);
    const { index, previous, kept } = first;
    if (previous.origin === origin && previous.size === size && previous.root !== root)
      throw new LogFault(
        'forked',
        `Leaf ${index} names another root for ${size} leaves than was verified.`,
        index,
      );
    const shown = this.sizes.findLast((each) => each <= kept) ?? 0;
    if (this.#common < shown && shown < start)
      throw new LogFault(
        'pruned',
        `The leaves before ${start} were pruned: the first ${kept}, which the log keeps as leaf ${index} says, cannot be compared any more. Verify it again without the state file.`,
        index,
      );
    if (this.#common < shown)
      throw new LogFault(
        'forked',
        `The log does not keep the first ${kept} leaves, as leaf ${index} says.`,
        index,
      );
    return Math.max(0, size - kept);
  }
}

/** The sizes at which a tree of `size` leaves has the first one, two, … of its complete subtrees. */
function sizesOf(size: number): number[] {
  let end = 0;
  return completeSubtrees(0, size).map(({ level }) => {
    end += 2 ** level;
    return end;
  });
}

/** @throws LogFault `checkpoint` unless one of the keys has signed, and no signature of them is wrong */
async function requireSigned(check: Ed25519Check, note: Note, keys: readonly VerifierKey[]): Promise<void> {
  try {
    await verifyNote(check, note, keys);
  } catch (cause) {
    if (!(cause instanceof AuditLogError)) throw cause;
    throw new LogFault('checkpoint', cause.message, undefined, { cause });
  }
}
