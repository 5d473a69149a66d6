import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Signature, Statement } from '@countersign/contract';
import { writeFileDurably } from '@countersign/gateway-protocol';
import { z } from 'zod';
import { type Answer, call, expectAnswer } from '../http.js';
import { CLAIMED_TENANT, type Persona } from '../people.js';
import { type Place, SoftwarePasskey } from './passkey.js';

const fileShape = z.record(z.string(), z.array(z.strictObject({ id: z.string(), privatePem: z.string() })));

/**
 * The passkeys of the tour's own people, beside the demo's data with mode 0600. A tenant is claimed once and for all: without
 * them a second tour could sign nothing.
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
    return new KeyRing(
      path,
      new Map(stored.map(([email, keys]) => [email, keys.map(SoftwarePasskey.restore)])),
    );
  }

  of(email: string): readonly SoftwarePasskey[] {
    return this.keys.get(email) ?? [];
  }

  /** On disk before it is used: a claim whose keys are lost stays for ever. */
  async add(email: string): Promise<SoftwarePasskey> {
    const made = SoftwarePasskey.make();
    this.keys.set(email, [...this.of(email), made]);
    const stored = [...this.keys].map(([each, keys]) => [each, keys.map((key) => key.stored)]);
    await writeFileDurably(this.path, `${JSON.stringify(Object.fromEntries(stored), null, 2)}\n`);
    return made;
  }
}

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
