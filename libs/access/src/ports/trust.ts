import type { EnrolledPasskey, RecoveryKey } from '../domain/trust/passkey.js';
import type { RelayedStop, Stop } from '../domain/trust/stop.js';
import type { ProposalSignature, TrustProposal } from '../domain/trust/trust-proposal.js';
import type { TrustReset, TrustVersion } from '../domain/trust/trust-version.js';
import type { Entry } from './repository.js';

/** What a tenant's people sign, and with which keys. Each row belongs to one tenant. */
export interface TrustRepositories {
  authenticators: Entry<
    AuthenticatorRepository,
    'addPasskey' | 'addRecoveryKey' | 'removePasskey' | 'removeRecoveryKey'
  >;
  trust: Entry<
    TrustRepository,
    'adopt' | 'propose' | 'updateProposal' | 'beginReset' | 'endReset' | 'sign' | 'remind'
  >;
  stops: Entry<StopRepository, 'insert' | 'lift'>;
  relayed: Entry<RelayedStopRepository, 'insert' | 'remove'>;
}

/** The keys with which people of a tenant sign. Lists leave removed ones out. */
export interface AuthenticatorRepository {
  /** In any state. */
  passkey(id: string): Promise<EnrolledPasskey | null>;
  /** Oldest first. */
  passkeys(tenant: string): Promise<EnrolledPasskey[]>;
  /** A person's passkeys that were removed since then. */
  removedPasskeys(person: string, since: string): Promise<EnrolledPasskey[]>;
  recoveryKeys(tenant: string): Promise<RecoveryKey[]>;
  /** @throws AccessError `conflict` if the credential is enrolled already, here or elsewhere */
  addPasskey(passkey: EnrolledPasskey): Promise<void>;
  addRecoveryKey(key: RecoveryKey): Promise<void>;
  /** @returns false if it was removed already */
  removePasskey(id: string, at: string): Promise<boolean>;
  /** It counts from `at` on. @returns false if it is confirmed or removed already */
  confirmPasskey(id: string, by: string, at: string): Promise<boolean>;
  removeRecoveryKey(id: string, at: string): Promise<boolean>;
}

/** `updateProposal` is compare-and-swap on `version - 1`: it returns false if another unit of work was faster. */
export interface TrustRepository {
  /** The version in force; null while the tenant is unclaimed. */
  current(tenant: string): Promise<TrustVersion | null>;
  /** Those of these tenants that have a version in force. */
  claimed(tenants: readonly string[]): Promise<Set<string>>;
  /** All versions of the chain in force, oldest first. */
  chain(tenant: string): Promise<TrustVersion[]>;
  /** The chain in force of each claimed tenant in reach, oldest version first. */
  chains(): Promise<TrustVersion[]>;
  /** Versions in force that end in this window and have no reminder yet at that distance. */
  ending(window: { after: string; by: string }, days: number): Promise<TrustVersion[]>;
  proposal(id: string): Promise<TrustProposal | null>;
  openProposal(tenant: string): Promise<TrustProposal | null>;
  /** A reset in any state. */
  reset(id: string): Promise<TrustReset | null>;
  /** The host's statement that this tenant has lost its keys, while it is open. */
  openReset(tenant: string): Promise<TrustReset | null>;
  /** Of a proposal, in the order in which they came. */
  signatures(proposal: string): Promise<ProposalSignature[]>;
  adopt(version: TrustVersion): Promise<void>;
  /** @throws AccessError `conflict` if one is open already */
  propose(proposal: TrustProposal): Promise<void>;
  updateProposal(proposal: TrustProposal): Promise<boolean>;
  /** @throws AccessError `conflict` if one is open already */
  beginReset(reset: TrustReset): Promise<void>;
  /** @returns false if it had ended already */
  endReset(reset: TrustReset): Promise<boolean>;
  /** @throws AccessError `conflict` if this key has signed already */
  sign(signature: ProposalSignature): Promise<void>;
  /** Notes that people were reminded that many days before this version's end. @returns false if they were already */
  remind(hash: string, days: number, at: string): Promise<boolean>;
}

export interface StopRepository {
  find(hash: string): Promise<Stop | null>;
  /** Active ones, oldest first. */
  standing(tenants: readonly string[]): Promise<Stop[]>;
  /** Every stop in reach, lifted ones too, oldest first. */
  all(): Promise<Stop[]>;
  /** @throws AccessError `conflict` if this very stop was set before */
  insert(stop: Stop): Promise<void>;
  /** @returns false if it was lifted already */
  lift(stop: Stop): Promise<boolean>;
}

/** Stops and lifts that gateways passed on and that no broker could verify yet. */
export interface RelayedStopRepository {
  find(id: string): Promise<RelayedStop | null>;
  /** Oldest first. */
  list(tenant: string): Promise<RelayedStop[]>;
  /** Passed on by this gateway, of every tenant in reach. */
  by(gateway: string): Promise<RelayedStop[]>;
  /** Passed on by gateways that are not revoked, of every tenant in reach, oldest first. */
  ofEnrolled(): Promise<RelayedStop[]>;
  insert(stop: RelayedStop): Promise<void>;
  remove(id: string): Promise<void>;
}
