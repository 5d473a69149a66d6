import type { ApprovalStatement, Signature } from '@countersign/contract';
import type { TourContext } from '../context.js';
import { type Answer, expectThat } from '../http.js';
import type { CompromisedBroker, InsertedGrant } from './compromised-broker.js';
import { forgedToken, type StolenClaims } from './compromised-broker.js';
import type { Place, SoftwarePasskey } from './passkey.js';
import type { Signer } from './signer.js';

/** What the tour of attacks has come to so far. */
export class AttackContext {
  /** What Ivan and Joan have signed of the one honest request. */
  readonly signatures: Signature<ApprovalStatement>[] = [];
  /** Grants that nobody has approved, to be ended with the tour. */
  readonly inserted: InsertedGrant[] = [];
  /** Passkeys that the intruder has enrolled in a customer's name, to be taken away again. */
  readonly planted: SoftwarePasskey[] = [];
  private at: Place | undefined;
  private stolen: StolenClaims | undefined;

  constructor(
    /** Erin and Max, and the honest request with its grant and token. */
    readonly vendor: TourContext,
    readonly signers: readonly [Signer, Signer],
    private readonly host: CompromisedBroker,
  ) {}

  /** Where Initech's trust document says that its people sign. */
  get place(): Place {
    expectThat(this.at !== undefined, 'nobody has claimed the tenant');
    return this.at;
  }

  set place(place: Place) {
    this.at = place;
  }

  /** Claims of the honest token, which the intruder copies. */
  set claims(claims: StolenClaims) {
    this.stolen = claims;
  }

  async insertGrant(change: Parameters<CompromisedBroker['insertGrant']>[2] = {}): Promise<InsertedGrant> {
    const { id, tenant } = this.vendor.grant;
    const grant = await this.host.insertGrant(id, tenant, change);
    this.inserted.push(grant);
    return grant;
  }

  /** A token of that grant under the real signing key. */
  async forge(grant: InsertedGrant, countersignatures: readonly Signature[]): Promise<string> {
    expectThat(this.stolen !== undefined, 'there is no token to copy');
    return forgedToken(this.stolen, grant, countersignatures, await this.host.signingKey());
  }

  /** A call of Initech's data with any token. */
  attack(token: string, path: string): Promise<Answer> {
    return this.vendor.withToken(token, path);
  }
}
