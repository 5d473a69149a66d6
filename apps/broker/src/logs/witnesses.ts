import { noticeMissingWitnesses, type StoredCheckpoint, type WitnessState } from '@countersign/access';
import {
  AuditLogError,
  cosignedAt,
  formatAddCheckpoint,
  formatSignatureLine,
  parseCheckpoint,
  parseNote,
  parseSignatureLine,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signaturesBy,
  type VerifierKey,
} from '@countersign/audit-log';
import { nodeEd25519 } from '@countersign/authorization';
import { TILE_WIDTH } from '@countersign/contract';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER, OUTBOUND } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';
import { OutboundError } from '../outbound/destination.js';
import { OutboundClient } from '../outbound/outbound-client.js';
import type { OutboundRules } from '../outbound/outbound-rules.js';
import { Checkpoints } from './checkpoints.js';
import { LogProofs } from './log-tiles.js';

/**
 * A witness of a tenant's log, by the trust document that its people signed. `key` is null if what the document has is no
 * key of a witness: a document checks only its form.
 */
export type TrustedWitness = { key: VerifierKey | null; name: string; vkey: string; url: string | null };

/** A witness with what it answered last, to whichever broker. */
export type WatchedWitness = TrustedWitness & Pick<WitnessState, 'size' | 'signedAt' | 'error'>;

const NOTHING_YET = { size: null, signedAt: null, note: null, error: null, alarmedAt: null };
const RETRY_MS = 10_000;

/**
 * Submits checkpoints to the witnesses that customers name in their trust documents (C2SP tlog-witness), and keeps their
 * cosignatures with the checkpoint. Nothing waits for a witness; one that does not answer is asked again.
 */
@Injectable()
export class Witnesses implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #outbound: OutboundClient;
  readonly #stopping = new AbortController();
  readonly #behind = new Set<string>();
  readonly #underWay = new Set<string>();
  readonly #loop: PeriodicLoop;
  #unsubscribe = () => {};

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(OUTBOUND) { customer }: OutboundRules,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly checkpoints: Checkpoints,
    private readonly proofs: LogProofs,
  ) {
    this.#outbound = new OutboundClient(customer);
    this.#loop = new PeriodicLoop(
      'witnesses',
      RETRY_MS,
      () => this.submitAll(),
      (job, error) => logger.error({ err: error, job }, 'a job failed'),
    );
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.checkpoints.onSigned((log) => {
      this.#behind.add(log);
      this.#loop.wake();
    });
    this.#loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#loop.stop();
  }

  /** The witnesses of a tenant's trust document in force; none while it is unclaimed. */
  async trusted(log: string): Promise<TrustedWitness[]> {
    const current = await this.deps.store.readForTenant(log, (unit) => unit.trust.current(log));
    return (current?.document.witnesses ?? []).map((text) => {
      const [vkey = '', url = null] = text.split(' ');
      const [name = ''] = vkey.split('+');
      return { key: this.cosignerKey(vkey), name, vkey, url };
    });
  }

  /** The witnesses of a log, each with what it signed last. */
  async watched(log: string): Promise<WatchedWitness[]> {
    const trusted = await this.trusted(log);
    if (trusted.length === 0) return [];
    const states = await this.deps.store.checkpoints.read(({ checkpoints }) =>
      checkpoints.witnessStates(log),
    );
    return trusted.map((witness) => {
      if (witness.key === null) return { ...witness, size: null, signedAt: null, error: 'invalid_key' };
      const { size, signedAt, error } = states.get(witness.vkey) ?? NOTHING_YET;
      return { ...witness, size, signedAt, error };
    });
  }

  /** The newest checkpoint of this epoch that each of the witnesses has cosigned, as signed notes. */
  async cosigned(log: string): Promise<string[]> {
    const trusted = await this.trusted(log);
    if (trusted.length === 0) return [];
    const states = await this.deps.store.checkpoints.read(({ checkpoints }) =>
      checkpoints.witnessStates(log),
    );
    const { epoch } = await this.deps.store.readForTenant(log, (unit) => unit.events.head());
    const notes = trusted.map(({ vkey }) => states.get(vkey)).filter((state) => state?.epoch === epoch);
    return [...new Set(notes.flatMap((state) => state?.note ?? []))];
  }

  private cosignerKey(vkey: string): VerifierKey | null {
    try {
      const key = parseVerifierKey(this.deps.hashing, vkey);
      return key.type === SIGNATURE_TYPE.cosignature ? key : null;
    } catch (error) {
      if (error instanceof AuditLogError) return null;
      throw error;
    }
  }

  private async submitAll(): Promise<void> {
    // One log's witness that is slow holds up no other log: a log whose submission is under way comes again later.
    const logs = [...this.#behind].filter((log) => !this.#underWay.has(log));
    if (logs.length === 0) return;
    const claimed = await this.deps.store.checkpoints.read(({ trust }) => trust.claimed(logs));
    for (const log of logs) {
      this.#behind.delete(log);
      if (!claimed.has(log)) continue;
      this.#underWay.add(log);
      void this.submit(log)
        .catch((error: unknown) => {
          if (this.#stopping.signal.aborted) return;
          this.#behind.add(log);
          this.logger.error({ err: error, log }, 'a checkpoint was not submitted to its witnesses');
        })
        .finally(() => this.#underWay.delete(log));
    }
  }

  private async submit(log: string): Promise<void> {
    const witnesses = await this.trusted(log);
    if (witnesses.length === 0) return;
    const checkpoint = await this.checkpoints.signIfGrown(log);
    await Promise.all(witnesses.filter(isAsked).map((witness) => this.ask(log, witness, checkpoint)));
    if (await noticeMissingWitnesses(this.deps, log))
      this.logger.error({ log }, 'witnesses of a log have not signed in time');
  }

  private async ask(log: string, witness: AskedWitness, checkpoint: StoredCheckpoint): Promise<void> {
    const states = await this.deps.store.checkpoints.read(({ checkpoints }) =>
      checkpoints.witnessStates(log),
    );
    const known = states.get(witness.vkey);
    // After a restore a witness knows nothing of the new origin.
    const before = known?.epoch === checkpoint.epoch ? known : { ...NOTHING_YET, epoch: checkpoint.epoch };
    try {
      const lines = await this.cosignatures(log, witness, checkpoint, before.size ?? 0);
      await this.checkpoints.addCosignatures(log, checkpoint, lines);
      const signed = `${checkpoint.note}${lines}`;
      const time = await cosignedAt(nodeEd25519, parseNote(signed), witness.key);
      const signedAt = time === undefined ? null : new Date(time * 1000).toISOString();
      const { epoch, size } = checkpoint;
      await this.keep(log, witness, { epoch, size, signedAt, note: signed, error: null, alarmedAt: null });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const code = shownCode(error);
      if (error instanceof HttpProblem && error.code === 'log_inconsistent') return;
      if (code === undefined && !(error instanceof AuditLogError)) throw error;
      const refusal = { ...before, error: code ?? 'bad_answer' };
      if (refusal.error !== before.error) await this.keep(log, witness, refusal);
      this.logger.warn({ log, witness: witness.name, err: error }, 'a witness did not sign');
      this.#behind.add(log);
    }
  }

  private keep(log: string, { vkey }: TrustedWitness, state: WitnessState): Promise<void> {
    return this.deps.store.checkpoints.write(({ checkpoints }) =>
      checkpoints.keepWitnessState(log, vkey, state),
    );
  }

  /** The witness's verified signature lines. It is asked once more if it knows another size than we remember. */
  private async cosignatures(
    log: string,
    { key, url }: AskedWitness,
    checkpoint: StoredCheckpoint,
    known: number,
  ): Promise<string> {
    let answer = await this.post(log, url, checkpoint, known);
    if (answer.status === 409) {
      const size = Number(/^(\d{1,15})\n$/.exec(answer.text)?.[1] ?? Number.NaN);
      if (size > checkpoint.size) {
        await this.compareWith(log, url, checkpoint);
        throw new WitnessRefusal('witness_ahead', answer.text);
      }
      if (size >= 0) answer = await this.post(log, url, checkpoint, size);
    }
    if (answer.status !== 200) throw new WitnessRefusal(`witness_answered_${answer.status}`, answer.text);
    const signatures = answer.text
      .split('\n')
      .filter((line) => line !== '')
      .map(parseSignatureLine);
    const note = { text: parseNote(checkpoint.note).text, signatures };
    if ((await cosignedAt(nodeEd25519, note, key)) === undefined)
      throw new WitnessRefusal('bad_answer', answer.text);
    return signaturesBy(note, key)
      .map((signature) => `${formatSignatureLine(signature)}\n`)
      .join('');
  }

  /**
   * A witness knows a larger log than we have. Its word alone proves nothing; the checkpoint that it signed, if it shows one that
   * our own key signed, does.
   */
  private async compareWith(log: string, url: string, { note }: StoredCheckpoint): Promise<void> {
    const { origin } = parseCheckpoint(parseNote(note).text);
    const message = { method: 'GET' as const, headers: {}, body: null };
    const address = `${url.replace(/\/+$/, '')}/checkpoint/${origin}`;
    const { status, body } = await this.#outbound.send(address, message, this.#stopping.signal);
    if (status === 200) await this.checkpoints.compare(log, body.toString('utf8'));
  }

  private async post(log: string, url: string, { epoch, size, note }: StoredCheckpoint, oldSize: number) {
    const proof = await this.deps.store.readForTenant(log, async ({ events }) => {
      // A witness that stopped within a tile that is pruned by now cannot be given a proof.
      if (oldSize % TILE_WIDTH !== 0 && oldSize < (await events.minimumIndex()))
        throw new WitnessRefusal('pruned', `the log begins after ${oldSize} leaves`);
      return this.proofs.consistency(events, { log, epoch }, oldSize, size);
    });
    const message = {
      method: 'POST' as const,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: formatAddCheckpoint({ oldSize, proof, note }),
    };
    const address = `${url.replace(/\/+$/, '')}/add-checkpoint`;
    const { status, body } = await this.#outbound.send(address, message, this.#stopping.signal);
    return { status, text: body.toString('utf8') };
  }
}

/** A witness that the broker submits checkpoints to. */
type AskedWitness = TrustedWitness & { key: VerifierKey; url: string };

const isAsked = (witness: TrustedWitness): witness is AskedWitness =>
  witness.key !== null && witness.url !== null;

const shownCode = (error: unknown): string | undefined => {
  if (error instanceof OutboundError) return error.shown;
  return error instanceof WitnessRefusal ? error.code : undefined;
};

/** A witness answered, and did not sign. */
class WitnessRefusal extends Error {
  constructor(
    readonly code: string,
    answer: string,
  ) {
    super(`the witness did not sign: ${answer.slice(0, 200)}`);
    this.name = 'WitnessRefusal';
  }
}
