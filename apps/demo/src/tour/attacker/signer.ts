import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnswerOf, type Endpoint, passkeyEndpoints } from '@countersign/api';
import type { PresenceStatement, Signature, Statement } from '@countersign/contract';
import { writeFileDurably } from '@countersign/gateway-protocol';
import { z } from 'zod';
import { callEndpoint, type EndpointCall, type HttpAnswer, readAnswer } from '../http.js';
import { CLAIMED_TENANT, type Persona } from '../people.js';
import { type Place, SoftwarePasskey } from './passkey.js';

const fileShape = z.record(z.string(), z.array(z.strictObject({ id: z.string(), privatePem: z.string() })));

/**
 * The passkeys of the tour's people, in a file of mode 0600 in the demo's data folder. A claim is permanent: without these
 * passkeys a second tour could sign nothing.
 */
export class KeyRing {
  private constructor(
    private readonly path: string,
    private readonly keys: Map<string, SoftwarePasskey[]>,
  ) {}

  /** @throws the file system's error, or ZodError for a file of another form */
  static async load(dataDir: string): Promise<KeyRing> {
    const path = join(dataDir, 'tour-passkeys.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    const stored = Object.entries(fileShape.parse(JSON.parse(text)));
    const keys = stored.map(([email, each]) => [email, each.map(SoftwarePasskey.restore)] as const);
    return new KeyRing(path, new Map(keys));
  }

  of(email: string): readonly SoftwarePasskey[] {
    return this.keys.get(email) ?? [];
  }

  /** Makes a passkey. It is on disk before it is used: a claim whose keys are lost stays for ever. */
  async add(email: string): Promise<SoftwarePasskey> {
    const passkey = SoftwarePasskey.make();
    this.keys.set(email, [...this.of(email), passkey]);
    const stored = [...this.keys].map(([each, keys]) => [each, keys.map((key) => key.stored)]);
    await writeFileDurably(this.path, `${JSON.stringify(Object.fromEntries(stored), null, 2)}\n`);
    return passkey;
  }
}

const SESSION_COOKIE = '__Host-countersign-session';

/** One of the customer's people in a browser session, with passkeys of the tour. */
export class Signer {
  constructor(
    readonly persona: Persona,
    private readonly brokerUrl: string,
    /** The secret of the session. */
    private readonly secret: string,
    private readonly ring: KeyRing,
  ) {}

  get passkeys(): readonly SoftwarePasskey[] {
    return this.ring.of(this.persona.email);
  }

  /** Calls an endpoint as a page does, whatever its status. The tenant's slug is filled in. */
  call(endpoint: Endpoint, { params, ...options }: EndpointCall = {}): Promise<HttpAnswer> {
    const headers = {
      cookie: `${SESSION_COOKIE}=${this.secret}`,
      origin: new URL(this.brokerUrl).origin,
      'sec-fetch-site': 'same-origin',
    };
    const withTenant = { ...options, params: { slug: CLAIMED_TENANT, ...params } };
    return callEndpoint(this.brokerUrl, endpoint, withTenant, headers);
  }

  /** @throws TourError `tour_failed` unless the endpoint answers as it is declared */
  async read<E extends Endpoint>(endpoint: E, options: EndpointCall = {}): Promise<AnswerOf<E>> {
    const what = `${endpoint.route} as ${this.persona.name}`;
    return readAnswer(endpoint, await this.call(endpoint, options), what);
  }

  /** Enrols one more passkey of this person. */
  async enrol(): Promise<void> {
    await this.enrolWith(await this.ring.add(this.persona.email));
  }

  /** Enrols this passkey in the person's name, no matter who holds it. */
  async enrolWith(passkey: SoftwarePasskey): Promise<void> {
    const { challenge, rp, consent } = await this.read(passkeyEndpoints.options, { body: {} });
    const place = { rpId: rp.id, origin: new URL(this.brokerUrl).origin };
    const response = passkey.register(challenge, place);
    const earlier = this.passkeys.find(({ id }) => consent?.credentials.includes(id));
    const signed =
      consent === null || earlier === undefined
        ? {}
        : {
            consent: earlier.sign(
              { ...consent.statement, credential: passkey.id } as PresenceStatement,
              place,
            ),
          };
    await this.read(passkeyEndpoints.enrol, { body: { name: 'the tour', response, ...signed } });
  }

  /** Signs with the person's first passkey. */
  sign<S extends Statement>(statement: S, place: Place): Signature<S> {
    const [first] = this.passkeys;
    if (first === undefined) throw new Error(`${this.persona.name} has no passkey`);
    return first.sign(statement, place);
  }
}
