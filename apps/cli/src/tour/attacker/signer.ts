import type { Signature, Statement } from '@countersign/contract';
import { type Answer, call, expectAnswer } from '../http.js';
import { CLAIMED_TENANT, type Persona } from '../people.js';
import type { KeyRing } from './key-ring.js';
import type { Place, SoftwarePasskey } from './passkey.js';

const SESSION_COOKIE = '__Host-countersign-session';

/** One of the customer's people in a browser of their own, with the passkeys of the tour. */
export class Signer {
  constructor(
    readonly persona: Persona,
    private readonly brokerUrl: string,
    private readonly secret: string,
    private readonly ring: KeyRing,
  ) {}

  get passkeys(): readonly SoftwarePasskey[] {
    return this.ring.of(this.persona.email);
  }

  /** Calls below the tenant, or any path that begins with `/`, as a page does. */
  call(method: string, path: string, body?: unknown): Promise<Answer> {
    const full = path.startsWith('/') ? path : `/api/v1/tenants/${CLAIMED_TENANT}/${path}`;
    const headers = {
      cookie: `${SESSION_COOKIE}=${this.secret}`,
      origin: new URL(this.brokerUrl).origin,
      'sec-fetch-site': 'same-origin',
    };
    return call(method, this.brokerUrl + full, { headers, ...(body === undefined ? {} : { body }) });
  }

  /** @throws TourError `tour_failed` where the answer has another status */
  async ask(method: string, path: string, status: number, body?: unknown): Promise<Answer> {
    const answer = await this.call(method, path, body);
    expectAnswer(answer, `${method} ${path} as ${this.persona.name}`, status);
    return answer;
  }

  /** One more passkey of their own, enrolled. */
  async enrol(): Promise<void> {
    await this.enrolWith(await this.ring.add(this.persona.email));
  }

  /** Enrols that passkey in this person's name, whosever it is. */
  async enrolWith(passkey: SoftwarePasskey): Promise<void> {
    const options = await this.ask('POST', 'passkeys/options', 200, {});
    const { challenge, rp } = options.body as { challenge: string; rp: { id: string } };
    const place = { rpId: rp.id, origin: new URL(this.brokerUrl).origin };
    const response = passkey.register(challenge, place);
    await this.ask('POST', 'passkeys', 201, { name: 'the tour', response });
  }

  /** What they sign with their first passkey. */
  sign<S extends Statement>(statement: S, place: Place): Signature<S> {
    const [first] = this.passkeys;
    if (first === undefined) throw new Error(`${this.persona.name} has no passkey`);
    return first.sign(statement, place);
  }
}
