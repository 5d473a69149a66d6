import { randomBytes } from 'node:crypto';
import {
  APPROVAL_TYPE,
  type ApprovalStatement,
  LIFT_TYPE,
  type LiftStatement,
  type Signature,
  type SignedTrustDocument,
  STOP_TYPE,
  type StopStatement,
  statementHash,
  type TrustDocument,
  toInstant,
} from '@countersign/contract';
import { pinsOf, readPinsInForce, setPin, writePins } from '@countersign/gateway-protocol';
import type { GatewayOptions } from '../../apps/gateway/src/main.js';
import { hashing } from '../factories/grant-token.js';
import { AT, LOG_POINT, nextTrust, sampleTrust, signedTrust } from '../factories/trust.js';
import { Authenticator } from '../support/authenticator.js';
import type { FakeGrant } from './fake-grants.js';
import { GatewayWorld } from './gateway-world.js';
import { until } from './until.js';

export const ADA = 'usr_0199f0a0-7b2c-7003-8000-0000000000a1';
export const BOB = 'usr_0199f0a0-7b2c-7003-8000-0000000000b1';

/**
 * A gateway in touch with a broker, and the tenant acme, which is claimed: what its people sign, and what is pinned.
 */
export class ClaimedWorld {
  readonly ada = new Authenticator();
  readonly adaSpare = new Authenticator();
  readonly bob = new Authenticator();
  readonly bobSpare = new Authenticator();
  readonly world = new GatewayWorld();
  genesis!: SignedTrustDocument;
  chain: SignedTrustDocument[] = [];

  /** Two people, both of whom must approve everything but `list`. By default pinned and in the feed. */
  static async start({
    pinned = true,
    inFeed = true,
    options = {},
    document = {},
  }: {
    pinned?: boolean;
    inFeed?: boolean;
    options?: Partial<GatewayOptions>;
    document?: Partial<TrustDocument>;
  } = {}): Promise<ClaimedWorld> {
    const claimed = new ClaimedWorld();
    const { world } = claimed;
    await world.prepare();
    const { ada, adaSpare, bob, bobSpare } = claimed;
    const people = { [ADA]: [ada, adaSpare], [BOB]: [bob, bobSpare] };
    claimed.genesis = signedTrust(
      sampleTrust(people, {
        deployment: world.broker.deployment,
        validUntil: toInstant(new Date(Date.now() + 90 * 86_400_000)),
        threshold: 2,
        approvals: 2,
        countersign: { exceptActions: ['list'] },
        ...document,
      }),
      [ada, adaSpare, bob, bobSpare],
    );
    claimed.chain = [claimed.genesis];
    if (inFeed) world.broker.trust = [{ tenant: 'acme', chain: claimed.chain }];
    if (pinned) await claimed.pin();
    await world.startGateway(options);
    await until(() => world.gateway.isInTouch());
    return claimed;
  }

  get trust(): string {
    return statementHash(hashing, this.genesis.document);
  }

  /** Pins as `countersign gateways pin` does on the gateway's host. */
  async pin(hash = this.trust, { atLeast }: { atLeast?: string } = {}): Promise<void> {
    const pins = await readPinsInForce(this.world.spoolDir, Date.now());
    const { pin } = setPin(pins['acme']?.pin, hash, Date.now(), atLeast);
    await writePins(this.world.spoolDir, { ...pinsOf(pins), acme: pin });
  }

  /** The next version, signed by these authenticators and added to the feed. */
  adopt(
    change: Partial<TrustDocument>,
    by: readonly Authenticator[] = [this.ada, this.bob],
  ): SignedTrustDocument {
    const last = this.chain.at(-1) ?? this.genesis;
    const next = signedTrust(nextTrust(last.document, change), by);
    this.chain = [...this.chain, next];
    this.world.broker.claim('acme', this.chain);
    return next;
  }

  approval(grant: FakeGrant, person: string, change: Partial<ApprovalStatement> = {}): ApprovalStatement {
    const { terms } = grant;
    return {
      type: APPROVAL_TYPE,
      deployment: terms.deployment,
      tenant: terms.tenant,
      digest: grant.digest,
      decision: 'approve',
      person,
      notBefore: grant.startsAt,
      notAfter: toInstant(new Date(Date.parse(terms.lapsesAt) + terms.seconds * 1_000)),
      trust: this.trust,
      log: LOG_POINT,
      ...change,
    };
  }

  /** The signatures of Ada and Bob for a grant. */
  approvals(grant: FakeGrant): Signature[] {
    return [this.ada.sign(this.approval(grant, ADA), AT), this.bob.sign(this.approval(grant, BOB), AT)];
  }

  /** A stop by Ada from now on: of the whole tenant, unless a digest is given. */
  stop(change: Partial<StopStatement> = {}): Signature<StopStatement> {
    return this.ada.sign({ type: STOP_TYPE, ...this.said(), ...change }, AT);
  }

  lift(stop: Signature<StopStatement>, change: Partial<LiftStatement> = {}): Signature<LiftStatement> {
    const of = statementHash(hashing, stop.statement);
    return this.ada.sign({ type: LIFT_TYPE, ...this.said(), stop: of, ...change }, AT);
  }

  /** Submits a stop or lift at the gateway itself. */
  submit(countersignature: unknown): Promise<Response> {
    return this.world.send({
      method: 'POST',
      path: '/countersign/stop',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ countersignature }),
    });
  }

  /** Reads an invoice of acme with this token. Returns 200, or the code and reason of the refusal. */
  async read(token: string, path = '/billing/tenants/acme/invoices/7'): Promise<string> {
    const answer = await this.world.send({ token, path });
    if (answer.status === 200) {
      await answer.arrayBuffer();
      return '200';
    }
    const { code, reason } = (await answer.json()) as { code: string; reason?: string };
    return reason === undefined ? code : `${code} ${reason}`;
  }

  /**
   * Resolves when the gateway has applied everything that the feed has brought so far: a call under a grant of the last
   * event succeeds.
   */
  async feedApplied(): Promise<void> {
    const { broker } = this.world;
    const startsIn = Math.floor(broker.clockOffset / 1_000);
    const token = broker.forge(broker.grant({ tenant: 'globex', startsIn }));
    await until(async () => (await this.read(token, '/billing/tenants/globex/invoices/1')) === '200');
  }

  private said() {
    return {
      deployment: this.world.broker.deployment,
      tenant: 'acme',
      person: ADA,
      nonce: randomBytes(32).toString('base64url'),
      notBefore: toInstant(new Date()),
      notAfter: toInstant(new Date(Date.now() + 240_000)),
      trust: this.trust,
      log: LOG_POINT,
    };
  }
}
