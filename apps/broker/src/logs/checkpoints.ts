import {
  type CheckpointRepository,
  publishedKeys,
  type SignedLog,
  type StoredCheckpoint,
  type StoredKey,
  stopLog,
} from '@countersign/access';
import {
  AuditLogError,
  ed25519Key,
  encodeBase64,
  equalBytes,
  formatCheckpoint,
  formatNote,
  formatSignatureLine,
  logOrigin,
  noteKeyId,
  noteToSign,
  openCheckpoint,
  parseCheckpoint,
  parseLogOrigin,
  parseNote,
  verifierKey,
} from '@countersign/audit-log';
import { nodeEd25519 } from '@countersign/authorization';
import { signWith } from '@countersign/contract';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';

type Outcome = PromiseSettledResult<StoredCheckpoint>;

/** A checkpoint that is not kept yet. Unless it `isLarger`, the newest one has its size, and lacks the signature of a newer key. */
interface Grown {
  log: string;
  signed: StoredCheckpoint;
  isLarger: boolean;
}

/**
 * Signs checkpoints of the logs. What is signed is what has been committed, and a log never signs two roots at one size
 * or a smaller size after a larger one, whatever crashes and however many brokers run: the store compares before it keeps
 * a checkpoint, and only a kept one is shown to anyone (P10).
 *
 * Signers may be slow: no transaction is open while they sign. A signature that comes after another broker's larger checkpoint
 * is dropped. If a signer fails, the log keeps its previous checkpoint until the next attempt.
 */
@Injectable()
export class Checkpoints {
  readonly #listeners = new Set<(log: string) => void>();

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Calls back with a log's name after each checkpoint that this broker has signed. @returns a function that ends it */
  onSigned(listener: (log: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The checkpoint of a log as it is now, signed. The same one again if nothing was appended.
   *
   * @param log a tenant's slug, `deployment`, or `vendor` for the vendor's own log
   * @throws HttpProblem `log_inconsistent` if the log has signed something else before: its database was changed or is
   *   an older copy, and nothing is signed until the operator opens a new epoch (`countersign restore`)
   */
  async signIfGrown(log: string): Promise<StoredCheckpoint> {
    return outcomeOf((await this.signTogether([log])).get(log));
  }

  /**
   * The same for many logs, in a few statements. One that cannot be signed keeps no other from its checkpoint.
   *
   * @throws the first failure, once all others are signed
   */
  async signAllGrown(logs: readonly string[]): Promise<void> {
    if (logs.length === 0) return;
    try {
      for (const outcome of (await this.signTogether(logs)).values()) outcomeOf(outcome);
    } catch (error) {
      if (logs.length === 1 || error instanceof HttpProblem) throw error;
      // A row that cannot be read or written fails its whole transaction.
      const each = await Promise.allSettled(logs.map((log) => this.signIfGrown(log)));
      for (const outcome of each) outcomeOf(outcome);
    }
  }

  /** @returns what became of each log */
  private async signTogether(logs: readonly string[]): Promise<Map<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    // In one order, so that no two brokers wait for each other's rows.
    for (let left = [...logs].sort(); left.length > 0; left = left.filter((log) => !outcomes.has(log))) {
      // In one snapshot: what was signed cannot be ahead of the log unless the log went back, and a log that has the hand-over
      // to a key is signed by that key.
      const { states, stored } = await this.deps.store.checkpoints.read(async ({ checkpoints, keys }) => {
        const [states, stored] = await Promise.all([checkpoints.signed(left), keys.list('log')]);
        return { states, stored };
      });
      const keys = this.signingKeysOf(stored);
      const next = await Promise.all(
        states.map(async (state) => ({ log: state.log, next: await this.nextOf(state, keys) })),
      );
      const grown: Grown[] = [];
      for (const { log, next: each } of next)
        if ('status' in each) outcomes.set(log, each);
        else grown.push(each);
      for (const { log, signed } of await this.keep(grown))
        outcomes.set(log, { status: 'fulfilled', value: signed });
    }
    return outcomes;
  }

  /** What has to be signed of a log; or its outcome, if that is certain already. */
  private async nextOf(
    { log, head, newest, seen }: SignedLog,
    keys: readonly StoredKey[],
  ): Promise<Outcome | Grown> {
    const isSame = newest?.epoch === head.epoch && newest.size === head.size && newest.root === head.root;
    if (seen !== null && seen.epoch >= head.epoch) return failed(inconsistent(seen));
    if (newest !== null && isSame && this.isSignedBy(newest, keys))
      return { status: 'fulfilled', value: newest };
    if (newest !== null && !isSame && newest.epoch === head.epoch && newest.size >= head.size)
      return failed(await this.stop(log, newest, head));
    try {
      return { log, signed: await this.checkpointOf(log, head, keys), isLarger: !isSame };
    } catch (error) {
      return failed(error);
    }
  }

  /** @returns those that are the newest of their logs now. The others are looked at again */
  private async keep(grown: readonly Grown[]): Promise<readonly Grown[]> {
    if (grown.length === 0) return [];
    const isStored = await this.deps.store.checkpoints.write(({ checkpoints }) =>
      Promise.all(
        grown.map(({ log, signed, isLarger }) =>
          isLarger
            ? checkpoints.advance(log, signed)
            : mergeSignatures(checkpoints, log, signed, () => signed.note),
        ),
      ),
    );
    const changed = grown.filter((_each, index) => isStored[index]);
    for (const { log } of changed) for (const listener of this.#listeners) listener(log);
    return changed.filter(({ isLarger }) => isLarger);
  }

  /**
   * Adds signature lines of witnesses to a checkpoint, unless the log has signed a larger one since then.
   *
   * @param lines each with its newline; verified before
   */
  async addCosignatures(log: string, at: { epoch: number; size: number }, lines: string): Promise<void> {
    await this.deps.store.checkpoints.write(({ checkpoints }) =>
      mergeSignatures(checkpoints, log, at, (note) => `${note}${lines}`),
    );
  }

  /**
   * Compares a checkpoint that someone shows with the log. Only one that the log's own key signed counts, so that no one stops a
   * log with noise. If the log does not continue it, the log went back or was changed: it is signed no more.
   *
   * @returns how many leaves the log has, if it continues the checkpoint
   * @throws HttpProblem `invalid_request` if the log did not sign it; `log_inconsistent`
   */
  async compare(log: string, text: string): Promise<number> {
    const checkpoint = await this.openOwn(log, text);
    const { epoch, size, root } = checkpoint;
    // Read last: what was signed is in the log by then, whichever broker signed it.
    const { head, own } = await this.deps.store.readForTenant(log, async ({ events }) => {
      const [at, root] = await Promise.all([events.head(), events.rootAt(size)]);
      return { head: at, own: root };
    });
    const isOlder = epoch < head.epoch;
    const isContinued = epoch === head.epoch && size <= head.size && (own === undefined || own === root);
    if (isOlder || isContinued) return head.size;
    throw await this.stop(log, checkpoint, head);
  }

  /** The keys that sign checkpoints now, as C2SP verifier keys, the newest first. */
  async verifierKeys(log: string): Promise<string[]> {
    const { epoch } = await this.deps.store.readForTenant(log, (unit) => unit.events.head());
    const name = logOrigin(this.deps.store.deployment, log, epoch);
    return (await this.signingKeys()).map((key) => verifierKey(this.deps.hashing, name, publicKeyOf(key)));
  }

  private async checkpointOf(
    log: string,
    { epoch, size, root }: Pick<StoredCheckpoint, 'epoch' | 'size' | 'root'>,
    keys: readonly StoredKey[],
  ): Promise<StoredCheckpoint> {
    const origin = logOrigin(this.deps.store.deployment, log, epoch);
    const text = formatCheckpoint({ origin, size, root: Buffer.from(root, 'base64') });
    const signedAt = this.deps.clock.now().toISOString();
    return { epoch, size, root, note: await this.signed(origin, text, keys), signedAt };
  }

  /**
   * Signs a text of another type than a checkpoint with the log's keys, as a signed note. Its first line is not an origin,
   * so that it is never taken for a checkpoint.
   */
  async signText(log: string, text: string): Promise<string> {
    const { epoch } = await this.deps.store.readForTenant(log, (unit) => unit.events.head());
    return this.signed(logOrigin(this.deps.store.deployment, log, epoch), text, await this.signingKeys());
  }

  private async signed(name: string, text: string, keys: readonly StoredKey[]): Promise<string> {
    const signatures = await Promise.all(
      keys.map((key) =>
        signWith(
          this.deps.signers.open(key),
          noteToSign(this.deps.hashing, text, { name, publicKey: publicKeyOf(key) }),
        ),
      ),
    );
    return formatNote({ text, signatures });
  }

  /**
   * The keys that sign the logs, the newest first. All that are valid sign: a new key from its first moment, whatever a
   * broker's clock says, and the one that it replaces until the overlap ends.
   */
  private async signingKeys(): Promise<StoredKey[]> {
    return this.signingKeysOf(await this.deps.store.checkpoints.read(({ keys }) => keys.list('log')));
  }

  private signingKeysOf(all: readonly StoredKey[]): StoredKey[] {
    const valid = publishedKeys(all, this.deps.clock.now());
    if (valid.length === 0)
      throw new HttpProblem('not_ready', 'The log has no key yet. Try again in a moment.');
    return valid.toSorted((a, b) => (a.activeFrom < b.activeFrom ? 1 : -1));
  }

  /**
   * Reads a checkpoint of this log, signed by a key of the log that was not withdrawn. A key that was replaced counts too: the log
   * must still continue what it signed. So a thief of such a key can stop the log, but deceive no one.
   */
  private async openOwn(log: string, text: string): Promise<StoredCheckpoint> {
    const refused = (detail: string) => new HttpProblem('invalid_request', detail);
    const all = await this.deps.store.checkpoints.read(({ keys }) => keys.list('log'));
    try {
      const { origin } = parseCheckpoint(parseNote(text).text);
      const name = parseLogOrigin(origin);
      if (name?.deployment !== this.deps.store.deployment || name.slug !== log)
        throw refused('The checkpoint is of another log.');
      const keys = all
        .filter(({ revokedAt }) => revokedAt === null)
        .map((key) => ed25519Key(this.deps.hashing, origin, publicKeyOf(key)));
      const { checkpoint } = await openCheckpoint(nodeEd25519, text, keys);
      const signedAt = this.deps.clock.now().toISOString();
      return {
        epoch: name.epoch,
        size: checkpoint.size,
        root: encodeBase64(checkpoint.root),
        note: text,
        signedAt,
      };
    } catch (error) {
      if (!(error instanceof AuditLogError)) throw error;
      throw refused(`The log did not sign that checkpoint: ${error.message}`);
    }
  }

  private isSignedBy({ note }: StoredCheckpoint, [key]: readonly StoredKey[]): boolean {
    const { text, signatures } = parseNote(note);
    const { origin } = parseCheckpoint(text);
    if (key === undefined) return false;
    const keyId = noteKeyId(this.deps.hashing, origin, publicKeyOf(key));
    return signatures.some((signature) => signature.name === origin && equalBytes(signature.keyId, keyId));
  }

  /** Keeps what the log does not continue, and raises the alarm. @returns the answer to the caller */
  private async stop(
    log: string,
    signed: StoredCheckpoint,
    head: { size: number; root: string },
  ): Promise<HttpProblem> {
    const { epoch, size, root, note } = signed;
    const seenAt = this.deps.clock.now().toISOString();
    const isFirst = await stopLog(this.deps, log, { epoch, size, root, note, seenAt });
    if (isFirst)
      this.logger.error(
        { log, signed: { size, root }, found: head },
        'a log is not what it signed before; it signs nothing more',
      );
    return inconsistent(signed);
  }
}

const failed = (reason: unknown): Outcome => ({ status: 'rejected', reason });

function outcomeOf(outcome: Outcome | undefined): StoredCheckpoint {
  if (outcome === undefined) throw new Error('Each log has an outcome.');
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

const inconsistent = ({ size }: { size: number }): HttpProblem =>
  new HttpProblem(
    'log_inconsistent',
    `This log signed a checkpoint of ${size} leaves that does not fit what its database holds now. It signs nothing until the operator has opened a new epoch (countersign restore).`,
  );

/**
 * Adds signatures to the checkpoint of this size, with those that were added meanwhile; none if the log has a larger one.
 *
 * @param add the note with the signatures that are new
 * @returns whether it had this size
 */
async function mergeSignatures(
  checkpoints: CheckpointRepository,
  log: string,
  at: { epoch: number; size: number },
  add: (note: string) => string,
): Promise<boolean> {
  const newest = await checkpoints.newest(log);
  if (newest?.epoch !== at.epoch || newest.size !== at.size) return false;
  return checkpoints.addSignatures(log, at, withSignatures(newest.note, add(newest.note)));
}

/** The signatures of both notes, each once. They have the same text. */
function withSignatures(note: string, other: string): string {
  const { text, signatures } = parseNote(note);
  const known = new Set(signatures.map(formatSignatureLine));
  const added = parseNote(other).signatures.filter((signature) => !known.has(formatSignatureLine(signature)));
  return formatNote({ text, signatures: [...signatures, ...added] });
}

const publicKeyOf = ({ publicJwk }: StoredKey): Uint8Array =>
  Buffer.from(String(publicJwk['x']), 'base64url');
