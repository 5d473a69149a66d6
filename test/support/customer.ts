import type { Assurance } from '@countersign/access';
import type { Answer, CallOptions, TestBroker } from '../e2e/harness.js';
import { expectStatus } from '../e2e/story.js';
import type { PersonName } from '../factories/organisation.js';
import { AT } from '../factories/trust.js';
import { Authenticator, type Ceremony } from './authenticator.js';

/** A customer's person with a browser session and passkeys. */
export class Customer {
  readonly authenticators: Authenticator[] = [];

  private constructor(
    private readonly broker: TestBroker,
    readonly id: string,
    readonly tenant: string,
    private readonly cookie: string,
  ) {}

  static async of(
    broker: TestBroker,
    who: PersonName,
    { tenant = 'acme', assurance = 'oidc' }: { tenant?: string; assurance?: Assurance } = {},
  ): Promise<Customer> {
    return new Customer(broker, broker.persons[who], tenant, await broker.sessionOf(who, assurance));
  }

  /** The same person with these passkeys, which are already enrolled. */
  with(authenticators: readonly Authenticator[]): this {
    this.authenticators.push(...authenticators);
    return this;
  }

  get key(): Authenticator {
    const [first] = this.authenticators;
    if (first === undefined) throw new Error('no passkey is enrolled');
    return first;
  }

  /** Calls a path under the tenant, or any path that begins with `/`. */
  call(method: string, path: string, body?: unknown, more: CallOptions = {}): Promise<Answer> {
    const full = path.startsWith('/') ? path : `/api/v1/tenants/${this.tenant}/${path}`;
    return this.broker.page(this.cookie, method, full, { ...(body === undefined ? {} : { body }), ...more });
  }

  /** @throws Error if the answer has another status */
  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    status = 200,
  ): Promise<T> {
    return expectStatus(await this.call(method, path, body), status).body as T;
  }

  /** The creation options' challenge. */
  async challenge(): Promise<Uint8Array> {
    const { challenge } = await this.ask<{ challenge: string }>('POST', 'passkeys/options');
    return Buffer.from(challenge, 'base64url');
  }

  /** Sends the authenticator's response to this challenge. */
  send(authenticator: Authenticator, challenge: Uint8Array, ceremony: Ceremony = AT): Promise<Answer> {
    const response = authenticator.register(challenge, ceremony);
    return this.call('POST', 'passkeys', { name: 'a laptop', response });
  }

  /** Enrols one more passkey. */
  async enrol(): Promise<Authenticator> {
    const authenticator = new Authenticator();
    expectStatus(await this.send(authenticator, await this.challenge()), 201);
    this.authenticators.push(authenticator);
    return authenticator;
  }
}
