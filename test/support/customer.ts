import type { Assurance, PresenceStatement, Signature } from '@countersign/contract';
import type { Answer, CallOptions, TestBroker } from '../e2e/harness.js';
import { expectStatus } from '../e2e/story.js';
import type { PersonName } from '../factories/organisation.js';
import { AT } from '../factories/trust.js';
import { Authenticator, type Ceremony } from './authenticator.js';

/** What the broker answers to the beginning of an enrolment, as far as tests read it. */
export interface CreationOptions {
  challenge: string;
  consent: { statement: PresenceStatement; credentials: string[] } | null;
}

/** A customer's person with a browser session and passkeys. */
export class Customer {
  readonly authenticators: Authenticator[] = [];

  private constructor(
    private readonly broker: TestBroker,
    readonly id: string,
    readonly tenant: string,
    private readonly cookie: string,
  ) {}

  /** The same person in another session. */
  static in(broker: TestBroker, who: PersonName, cookie: string, tenant = 'acme'): Customer {
    return new Customer(broker, broker.persons[who], tenant, cookie);
  }

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

  /** The creation options. */
  options(): Promise<CreationOptions> {
    return this.ask<CreationOptions>('POST', 'passkeys/options');
  }

  /** The creation options' challenge. */
  async challenge(): Promise<Uint8Array> {
    return Buffer.from((await this.options()).challenge, 'base64url');
  }

  /** Sends the authenticator's response to this challenge, with the consent of an earlier passkey if one is given. */
  send(
    authenticator: Authenticator,
    challenge: Uint8Array,
    ceremony: Ceremony = AT,
    consent?: Signature,
  ): Promise<Answer> {
    const response = authenticator.register(challenge, ceremony);
    return this.call('POST', 'passkeys', {
      ...{ name: 'a laptop', response },
      ...(consent === undefined ? {} : { consent }),
    });
  }

  /** The consent that the options require, signed by an earlier passkey; undefined if they require none. */
  consent({ consent }: CreationOptions, to: Authenticator): Signature | undefined {
    if (consent === null) return undefined;
    const earlier = this.authenticators.find(({ id }) => consent.credentials.includes(id));
    if (earlier === undefined) throw new Error('none of the earlier passkeys is here');
    return earlier.sign({ ...consent.statement, credential: to.id }, AT);
  }

  /** Enrols one more passkey, with the consent of an earlier one if there is one. */
  async enrol(): Promise<Authenticator> {
    const authenticator = new Authenticator();
    const options = await this.options();
    const challenge = Buffer.from(options.challenge, 'base64url');
    const consent = this.consent(options, authenticator);
    expectStatus(await this.send(authenticator, challenge, AT, consent), 201);
    this.authenticators.push(authenticator);
    return authenticator;
  }
}
