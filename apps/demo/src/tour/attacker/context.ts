import type { ApprovalStatement, Signature } from '@countersign/contract';
import type { TourContext } from '../context.js';
import { expectThat } from '../http.js';
import {
  type CompromisedBroker,
  forgeToken,
  type InsertedGrant,
  type StolenClaims,
} from './compromised-broker.js';
import type { Place, SoftwarePasskey } from './passkey.js';
import type { Signer } from './signer.js';

/** How far the tour of attacks has come. */
export class AttackContext {
  /** The signatures of Ivan and Joan over the one honest request. */
  readonly signatures: Signature<ApprovalStatement>[] = [];
  /** Grants that no one has approved. The tour ends them. */
  readonly inserted: InsertedGrant[] = [];
  /** Passkeys that the intruder has enrolled in a customer's name. The tour removes them. */
  readonly planted: SoftwarePasskey[] = [];
  private currentPlace: Place | undefined;
  private stolenClaims: StolenClaims | undefined;

  constructor(
    /** Erin and Max, and the honest request with its grant and token. */
    readonly vendor: TourContext,
    readonly signers: readonly [Signer, Signer],
    private readonly broker: CompromisedBroker,
  ) {}

  /** Where Initech's trust document says that its people sign. */
  get place(): Place {
    expectThat(this.currentPlace !== undefined, 'no one has claimed the tenant');
    return this.currentPlace;
  }

  set place(place: Place) {
    this.currentPlace = place;
  }

  /** The claims of the honest token, which the intruder copies. */
  set claims(claims: StolenClaims) {
    this.stolenClaims = claims;
  }

  /** Inserts a grant like the honest one, with other terms. */
  async insertGrant(change: Parameters<CompromisedBroker['insertGrant']>[2] = {}): Promise<InsertedGrant> {
    const { id, tenant } = this.vendor.grant;
    const grant = await this.broker.insertGrant(id, tenant, change);
    this.inserted.push(grant);
    return grant;
  }

  /** A token for that grant, signed with the real signing key. */
  async forgeToken(grant: InsertedGrant, countersignatures: readonly Signature[]): Promise<string> {
    expectThat(this.stolenClaims !== undefined, 'there is no token to copy');
    return forgeToken(this.stolenClaims, grant, countersignatures, await this.broker.signingKey());
  }
}
