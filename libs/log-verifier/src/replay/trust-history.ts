import type { PrivacyControls } from '@countersign/access/policy';
import {
  type CountersignRefusal,
  checkAssertion,
  checkPersonSignature,
  checkStop,
  checkTrustSuccession,
  type PinnedTrust,
} from '@countersign/authorization/signatures';
import {
  type PasskeyJwk,
  parseSignature,
  parseTrustDocument,
  type Signature,
  type Statement,
  statementChallenge,
  statementHash,
  type TrustDocument,
} from '@countersign/contract';
import { fault, type Warnings } from '../faults.js';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { VerifierPorts } from '../ports.js';
import { type Timeline, valuesWithin } from '../timeline.js';

type Version = { hash: string; document: TrustDocument; chain: number };
type Proposal = {
  document: TrustDocument;
  signatures: { person: string; signature: Signature }[];
  controls?: PrivacyControls;
};
type Passkey = { person: string; jwk: PasskeyJwk; rpId: string; activeFrom: number | null; removed: boolean };
type Stop = { digest: string | null; from: number; to: number | null };

export type TrustState = {
  versions: Timeline<Version>;
  proposals: Map<string, Proposal>;
  /** Controls that came with an adopted document, by its proposal, until they are used. */
  controls: Map<string, PrivacyControls>;
  passkeys: Map<string, Passkey>;
  stops: Map<string, Stop>;
  isResetOpen: boolean;
};

type Options = {
  /** The fingerprint of the first version, from the anchor file. */
  pin: string | null;
  warnings: Warnings;
  /** Whether this person may be named in a trust document now. */
  mayBeNamed: (person: string) => boolean;
};

/** Events of requests have whole seconds, those of passkeys milliseconds. */
const INSTANT_MS = 1_000;

/** The tenant's trust documents, passkeys and signed stops, each with its signatures checked. */
export class TrustHistory {
  constructor(
    private readonly ports: VerifierPorts,
    private readonly options: Options,
    readonly state: TrustState = {
      ...{ versions: [], proposals: new Map(), controls: new Map(), passkeys: new Map(), stops: new Map() },
      isResetOpen: false,
    },
  ) {}

  /** Takes `trust.*` and `passkey.*`. @throws LogFault `trust_chain`, `bad_stop`, `unknown_request` */
  take(data: LeafOf): void | Promise<void> {
    switch (data.type) {
      case 'trust.proposed':
        return this.takeProposal(data);
      case 'trust.signed':
        return this.takeSignature(data);
      case 'trust.adopted':
        return this.takeVersion(data);
      case 'trust.reset':
        this.state.isResetOpen = true;
        return this.options.warnings.add(
          'trust_reset',
          'The host declared that all keys are lost.',
          data.index,
        );
      case 'trust.reset-used':
      case 'trust.reset-cancelled':
        this.state.isResetOpen = false;
        return;
      case 'trust.stopped':
      case 'trust.lifted':
        return this.takeStop(data);
      case 'passkey.enrolled':
      case 'passkey.confirmed':
      case 'passkey.removed':
        return this.takePasskey(data);
    }
  }

  /**
   * After the last leaf. The trust in force must have begun with the document of the anchor file: otherwise the log leaves out
   * that the tenant is claimed, or the vendor has reset its trust. After a reset of your own you have another anchor file.
   *
   * @throws LogFault `trust_chain`
   */
  requirePin(): void {
    const { pin } = this.options;
    const last = this.state.versions.at(-1)?.value;
    const first = this.state.versions.find(({ value }) => value.chain === last?.chain);
    if (pin === null || first?.value.hash === pin) return;
    throw fault(
      'trust_chain',
      first === undefined
        ? 'The anchor file names a trust document, and the log has none.'
        : 'the trust in force began with this document, which is not the one of the anchor file. If your own people have reset it, use the anchor file of since then.',
      first?.index,
    );
  }

  /** The leaf by which the first document of the chain in force was adopted; undefined while the tenant is unclaimed. */
  firstAdopted(): number | undefined {
    const last = this.state.versions.at(-1)?.value;
    return this.state.versions.find(({ value }) => value.chain === last?.chain)?.index;
  }

  isClaimed(): boolean {
    return this.state.versions.length > 0;
  }

  /** The controls that a signed proposal brings, once: later they could undo what the tenant has changed since. */
  takeControls(proposal: string): PrivacyControls | undefined {
    const controls = this.state.controls.get(proposal);
    this.state.controls.delete(proposal);
    return controls;
  }

  /** The document in force; null while the tenant is unclaimed. */
  get document(): TrustDocument | null {
    return this.state.versions.at(-1)?.value.document ?? null;
  }

  /** The chain in force as the signature steps read it. */
  get pinned(): PinnedTrust | null {
    const current = this.state.versions.at(-1)?.value;
    return current === undefined ? null : this.asPinned(current);
  }

  /** The versions that were in force at some moment of a span, the newest first. */
  pinnedWithin(from: number, to: number): PinnedTrust[] {
    return valuesWithin(this.state.versions, from, to).map((version) => this.asPinned(version));
  }

  wasClaimedBefore(at: number): boolean {
    return (this.state.versions[0]?.at ?? Number.POSITIVE_INFINITY) < at;
  }

  /** Whether a stop of this digest, or of the whole tenant, was in force for the whole span. */
  stoppedThroughout(digest: string, from: number, to: number): boolean {
    return [...this.state.stops.values()].some(
      (stop) =>
        (stop.digest === null || stop.digest === digest) &&
        stop.from <= from &&
        (stop.to === null || to < stop.to),
    );
  }

  /** Whether a stop is in force now: of the whole tenant, or of this digest. */
  isStopped(digest: string | null): boolean {
    return [...this.state.stops.values()].some((stop) => stop.to === null && stop.digest === digest);
  }

  /**
   * Why a person's signature does not count now; undefined if it does. A claimed tenant's keys are those of the document in
   * force. An unclaimed tenant's are those that its people enrolled and that count.
   */
  async objection(signature: Signature, person: string, at: number): Promise<CountersignRefusal | undefined> {
    const { document } = this;
    const passkey = this.state.passkeys.get(signature.credential);
    if (document !== null) {
      if (passkey?.removed === true) return { reason: 'unknown_key', detail: 'the passkey was removed' };
      return this.ports.signed((ports) => checkPersonSignature(signature, person, document, ports));
    }
    const counts =
      passkey?.removed === false && passkey.activeFrom !== null && passkey.activeFrom < at + INSTANT_MS;
    if (passkey === undefined || passkey.person !== person || !counts)
      return { reason: 'unknown_key', detail: 'the passkey is not one of this person that counts' };
    const { jwk, rpId } = passkey;
    const origins = signingOrigins(signature, rpId);
    return this.ports.signed((ports) => {
      const challenge = statementChallenge(ports.hashing, signature.statement);
      return checkAssertion({ signature, challenge, jwk, rpId, origins }, ports);
    });
  }

  /** Requires that a person's signature counts now. @throws LogFault `bad_countersignature` */
  async requireValid(data: LeafData, signature: Signature, person: string): Promise<void> {
    const objection = await this.objection(signature, person, data.at);
    if (objection !== undefined)
      throw data.fault('bad_countersignature', `the signature does not count: ${objection.detail}.`);
  }

  /** Whether the hash names a version of the chain in force. */
  hasVersion(hash: string): boolean {
    return this.pinned?.versions.has(hash) ?? false;
  }

  private asPinned({ document, hash, chain }: Version): PinnedTrust {
    const own = this.state.versions.filter(({ value }) => value.chain === chain);
    return { document, hash, versions: new Set(own.map(({ value }) => value.hash)) };
  }

  private takeProposal(data: LeafOf<'trust.proposed'>): void {
    const document = data.parsed('document', parseTrustDocument);
    if (statementHash(this.ports.hashing, document) !== data.members.hash)
      throw data.fault('trust_chain', 'the document does not have the hash that names it.');
    const controls = data.members.controls?.after as PrivacyControls | undefined;
    this.state.proposals.set(data.members.proposal, {
      document,
      signatures: [],
      ...(controls === undefined ? {} : { controls }),
    });
  }

  private takeSignature(data: LeafOf<'trust.signed'>): void {
    const proposal = this.proposal(data);
    const person = data.members.person;
    const proof = data.members.signature;
    const signature = data.parsed('signature', () =>
      parseSignature({ ...proof, statement: proposal.document }),
    );
    proposal.signatures.push({ person, signature });
  }

  private proposal(data: LeafOf<'trust.signed' | 'trust.adopted'>): Proposal {
    const proposal = this.state.proposals.get(data.members.proposal);
    if (proposal === undefined) throw data.fault('unknown_request', 'the log has no such proposal.');
    return proposal;
  }

  private async takeVersion(data: LeafOf<'trust.adopted'>): Promise<void> {
    const { document, controls, signatures } = this.proposal(data);
    const hash = data.members.hash;
    const chain = data.count('chain');
    const before = this.state.versions.at(-1)?.value;
    const isNewChain = before !== undefined && chain !== before.chain;
    if (statementHash(this.ports.hashing, document) !== hash)
      throw data.fault('trust_chain', 'the adopted document is another than was proposed.');
    if (isNewChain && (!this.state.isResetOpen || document.seq !== 1))
      throw data.fault('trust_chain', 'the trust began again without a reset.');
    const current = isNewChain ? null : (before?.document ?? null);
    // A person who left, or lost their role, no longer counts.
    const own = signatures
      .filter(({ person }) => this.options.mayBeNamed(person))
      .map(({ signature }) => signature);
    const next = { document, signatures: own as Signature<TrustDocument>[] };
    const objection = await this.ports.signed((ports) =>
      checkTrustSuccession({ current, pin: null, now: data.at }, next, ports),
    );
    if (objection !== undefined)
      throw data.fault('trust_chain', `the version does not follow the one before: ${objection.detail}.`);
    this.state.versions.push({ at: data.at, index: data.index, value: { hash, document, chain } });
    this.state.proposals.delete(data.members.proposal);
    if (controls !== undefined) this.state.controls.set(data.members.proposal, controls);
  }

  private async takeStop(data: LeafOf<'trust.stopped' | 'trust.lifted'>): Promise<void> {
    const { pinned } = this;
    const signature = data.parsed('signature', parseSignature);
    const objection =
      pinned === null
        ? { detail: 'the tenant is not claimed' }
        : await this.ports.signed((ports) => checkStop(signature, pinned, ports));
    if (objection !== undefined)
      throw data.fault('bad_stop', `it is not validly signed: ${objection.detail}.`);
    const id = data.members.stop;
    const isLift = data.type === 'trust.lifted';
    const { statement } = signature;
    if (isLift) {
      const known = this.state.stops.get(id);
      if (known === undefined || statement.type !== 'countersign/lift/v1' || statement.stop !== id)
        throw data.fault('bad_stop', 'the lift is not of a stop in force.');
      known.to = data.at;
      return;
    }
    // Under another stop's name, an older statement would take that stop's place.
    if (statement.type !== 'countersign/stop/v1' || statementHash(this.ports.hashing, statement) !== id)
      throw data.fault('bad_stop', 'the statement is no stop, or not the one that is named.');
    if (this.state.stops.has(id)) throw data.fault('bad_stop', 'this stop had been set before.');
    this.state.stops.set(id, { digest: statement.digest ?? null, from: data.at, to: null });
  }

  private takePasskey(data: LeafOf<'passkey.enrolled' | 'passkey.confirmed' | 'passkey.removed'>): void {
    const id = data.members.credential;
    const known = this.state.passkeys.get(id);
    if (data.type === 'passkey.enrolled') {
      // A credential is enrolled once: one that was removed would count again.
      if (known !== undefined)
        throw data.fault('changed_outside_log', 'the passkey had been enrolled before.');
      const activeFrom = data.members.activeFrom !== null ? data.instant('activeFrom') : null;
      const jwk = data.members.jwk as PasskeyJwk;
      this.state.passkeys.set(id, {
        person: data.members.person,
        jwk,
        rpId: data.members.rpId,
        activeFrom,
        removed: false,
      });
    } else if (known !== undefined) {
      if (data.type === 'passkey.removed') known.removed = true;
      else known.activeFrom = data.at;
    }
  }
}

/**
 * The origin in which an unclaimed tenant's passkey signed, if it is one of its relying party. The document of a claimed tenant
 * lists its origins; before that the log does not name the broker's.
 */
function signingOrigins(signature: Signature<Statement>, rpId: string): string[] {
  try {
    const text = atob(signature.clientDataJSON.replaceAll('-', '+').replaceAll('_', '/'));
    const { origin } = JSON.parse(text) as { origin?: unknown };
    const { hostname } = new URL(String(origin));
    return hostname === rpId || hostname.endsWith(`.${rpId}`) ? [String(origin)] : [];
  } catch {
    return [];
  }
}
