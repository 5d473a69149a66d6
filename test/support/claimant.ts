import {
  addRecoveryKey,
  type Principal,
  type ProposalView,
  proposeTrust,
  readTrustDraft,
  type SigningDeps,
  signTrust,
} from '@countersign/access';
import type { TrustDocument } from '@countersign/contract';
import { AT } from '../factories/trust.js';
import { Authenticator, RecoveryKey } from './authenticator.js';

/** A person of a tenant with passkeys, who calls the use cases directly instead of over HTTP. */
export class Claimant {
  readonly keys: Authenticator[] = [];

  private constructor(
    readonly deps: SigningDeps,
    readonly principal: Principal,
  ) {}

  static async of(
    { deps, as }: { deps: SigningDeps; as(email: string): Promise<Principal> },
    email: string,
  ): Promise<Claimant> {
    const { person } = await as(email);
    const authenticatedAt = deps.clock.now().toISOString();
    return new Claimant(deps, { person, channel: 'web', assurance: 'oidc', authenticatedAt });
  }

  get id(): string {
    return this.principal.person.id;
  }

  get tenant(): string {
    return this.principal.person.tenant ?? '';
  }

  /** The passkey with this enrolment index. */
  key(index = 0): Authenticator {
    const key = this.keys[index];
    if (key === undefined) throw new Error('no such passkey is enrolled');
    return key;
  }

  /** Enrols one more passkey. These tests do not cover attestation. */
  async enrol(): Promise<Authenticator> {
    const key = new Authenticator();
    const at = this.deps.clock.now().toISOString();
    const passkey = {
      ...{ ...key.passkey, tenant: this.tenant, person: this.id, name: 'a laptop', rpId: AT.rpId },
      ...{ clientDataJson: 'e30', attestationObject: 'oA', removedAt: null },
      ...{ createdAt: at, activeFrom: at, confirmedBy: null, consent: null },
    };
    await this.deps.store.forTenant(this.tenant, (unit) => unit.authenticators.addPasskey(passkey));
    this.keys.push(key);
    return key;
  }

  async print(): Promise<RecoveryKey> {
    const key = new RecoveryKey();
    await addRecoveryKey(this.deps, this.principal, this.tenant, key.jwk);
    return key;
  }

  draft(): Promise<TrustDocument> {
    return readTrustDraft(this.deps, this.principal, this.tenant);
  }

  propose(document: TrustDocument): Promise<ProposalView> {
    return proposeTrust(this.deps, this.principal, this.tenant, document);
  }

  sign({ proposal }: ProposalView, key: Authenticator = this.key()): Promise<ProposalView> {
    const signature = key.sign(proposal.document, AT);
    return signTrust(this.deps, this.principal, this.tenant, proposal.id, signature);
  }

  recover({ proposal }: ProposalView, printed: RecoveryKey): Promise<ProposalView> {
    const signature = printed.sign(proposal.document);
    return signTrust(this.deps, this.principal, this.tenant, proposal.id, signature);
  }
}

/** Claims the tenant for these people; the first is its admin. Each has two passkeys, and all of them sign. */
export async function claimFor(
  people: readonly [Claimant, ...Claimant[]],
  change: Partial<TrustDocument> = {},
): Promise<ProposalView> {
  const [admin] = people;
  for (const person of people) for (const _ of [1, 2]) await person.enrol();
  let view = await admin.propose({ ...(await admin.draft()), ...change });
  for (const person of people) for (const key of person.keys) view = await person.sign(view, key);
  if (view.proposal.state !== 'adopted') throw new Error('the claim is not in force');
  return view;
}
