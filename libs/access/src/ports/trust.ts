import type { EnrolledPasskey, RecoveryKey } from '../domain/trust/passkey.js';
import type { RelayedStop, Stop } from '../domain/trust/stop.js';
import { type ProposalSignature, type TrustProposal } from '../domain/trust/trust-proposal.js';
import type { TrustReset, TrustVersion } from '../domain/trust/trust-version.js';

/** What people of a tenant sign with; removed ones are in no list. */
export interface SigningMeansReads {
  /** Whatever its state. */
  passkey(id: string): Promise<EnrolledPasskey | null>;
  /** Oldest first. */
  passkeys(tenant: string): Promise<EnrolledPasskey[]>;
  recoveryKeys(tenant: string): Promise<RecoveryKey[]>;
}

export interface SigningMeansWrites extends SigningMeansReads {
  /** @throws AccessError `conflict` where the credential is enrolled already, here or elsewhere */
  addPasskey(passkey: EnrolledPasskey): Promise<void>;
  addRecoveryKey(key: RecoveryKey): Promise<void>;
  /** False where it was removed already. */
  removePasskey(id: string, at: string): Promise<boolean>;
  removeRecoveryKey(id: string, at: string): Promise<boolean>;
}

export interface TrustReads {
  /** The version that counts; null while the tenant is unclaimed. */
  current(tenant: string): Promise<TrustVersion | null>;
  /** All versions of the chain that counts, oldest first. */
  chain(tenant: string): Promise<TrustVersion[]>;
  proposal(id: string): Promise<TrustProposal | null>;
  openProposal(tenant: string): Promise<TrustProposal | null>;
  /** The host's word that this tenant has lost its keys, while it stands. */
  openReset(tenant: string): Promise<TrustReset | null>;
  /** Under a proposal, in the order in which they came. */
  signatures(proposal: string): Promise<ProposalSignature[]>;
}

/** `update` is compare-and-swap on `version - 1`: false where somebody was faster. */
export interface TrustWrites extends TrustReads {
  adopt(version: TrustVersion): Promise<void>;
  /** @throws AccessError `conflict` where one is open already */
  propose(proposal: TrustProposal): Promise<void>;
  updateProposal(proposal: TrustProposal): Promise<boolean>;
  /** @throws AccessError `conflict` where one is open already */
  beginReset(reset: TrustReset): Promise<void>;
  /** False where it had ended already. */
  endReset(reset: TrustReset): Promise<boolean>;
  /** @throws AccessError `conflict` where this key has signed already */
  sign(signature: ProposalSignature): Promise<void>;
  /** Notes that people were reminded so many days before this version's end. @returns false where they were already */
  remind(hash: string, days: number, at: string): Promise<boolean>;
}

export interface StopReads {
  find(hash: string): Promise<Stop | null>;
  /** In force, oldest first. */
  standing(tenant: string): Promise<Stop[]>;
}

export interface StopWrites extends StopReads {
  /** @throws AccessError `conflict` where this very stop was set before */
  insert(stop: Stop): Promise<void>;
  /** False where it was lifted already. */
  lift(stop: Stop): Promise<boolean>;
}

/** What gateways passed on and no broker could judge yet. */
export interface RelayedStopReads {
  find(id: string): Promise<RelayedStop | null>;
  /** Oldest first. */
  list(tenant: string): Promise<RelayedStop[]>;
}

export interface RelayedStopWrites extends RelayedStopReads {
  insert(stop: RelayedStop): Promise<void>;
  remove(id: string): Promise<void>;
}
