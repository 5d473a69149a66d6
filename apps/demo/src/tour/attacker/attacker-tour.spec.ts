import { statSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { removeFolder, tempFolder } from '../../../../../test/support/temp-folder.js';
import { playAttackerTour } from './attacker-tour.js';
import type { CompromisedBroker } from './compromised-broker.js';
import { KeyRing } from './signer.js';

const TRUST = {
  ...{ claimed: true, seq: 1, signatures: [], validUntil: null, vkey: null, anchor: null, chain: [] },
  ...{ log: { epoch: 1, size: 0, root: '' }, proposal: null, reset: null, gateways: [] },
  gatewayUrl: 'http://localhost:4100',
};

describe('a tour of attacks that cannot continue', () => {
  let server: Server;
  let dataDir: string;
  let open: string[];

  beforeEach(async () => {
    open = [];
    dataDir = await tempFolder('attacks');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await removeFolder(dataDir);
  });

  const resource = (what: string) => {
    open.push(what);
    return async () => void open.splice(open.indexOf(what), 1);
  };
  /** Plays against a broker with these answers. Nothing may be left open. @returns the failure */
  const failureWith = async (answer: RequestListener) => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const revoke = new Map<string, () => Promise<void>>();
    const compromised: CompromisedBroker = {
      signInAs: async ({ email }) => ({ secret: `secret_of_${email}`, end: resource(`session ${email}`) }),
      insertGrant: () => Promise.reject(new Error('not reached')),
      signingKey: () => Promise.reject(new Error('not reached')),
    };
    const keys = {
      create: async (email: string) => {
        revoke.set(email, resource(`key ${email}`));
        return { id: email, key: `csk_secret_of_${email}` };
      },
      revoke: async (id: string) => revoke.get(id)?.(),
    };
    const options = {
      brokerUrl: url,
      gatewayUrl: url,
      keys,
      broker: compromised,
      dataDir,
      onStep: () => undefined,
    };
    const failure = await playAttackerTour(options).then(
      () => undefined,
      (error: unknown) => error as Error & { code: string },
    );
    expect(open).toEqual([]);
    return failure;
  };
  const json =
    (status: number, body: (url: string) => unknown): RequestListener =>
    (request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body(request.url ?? '')));
    };

  test('a broker on another database is recognised; keys are revoked', async () => {
    expect((await failureWith(json(401, () => ({ code: 'unauthenticated' }))))?.code).toBe('other_store');
  });

  test('P11: a step that misbehaves is named, without any secret; keys are revoked and sessions ended', async () => {
    const failure = await failureWith(json(200, () => ({})));
    expect(failure).toMatchObject({ code: 'tour_failed', message: expect.stringContaining('hold the keys') });
    expect(`${failure?.message}${failure?.stack}`).not.toMatch(/csk_|secret_of/);
  });

  test('a tenant that others have claimed is left alone', async () => {
    const ring = await KeyRing.load(dataDir);
    await ring.add('ivan@initech.example');
    const person = 'usr_0199f0a0-7b2c-7003-8000-0000000000a1';
    const jwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) };
    const document = {
      ...{ type: 'countersign/trust/v1', deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000001' },
      ...{ tenant: 'initech', seq: 1, validUntil: '2027-05-01T00:00:00Z', rpId: 'localhost' },
      origins: ['http://localhost:4000'],
      people: [{ person, passkeys: [{ id: 'A'.repeat(43), jwk }] }],
      ...{ threshold: 1, approvals: 1, countersign: { exceptActions: [] }, forbid: [], bases: [] },
    };
    const trust = { ...TRUST, trust: `sha256:${'0'.repeat(64)}`, document };
    const failure = await failureWith(json(200, () => trust));
    expect(failure?.message).toContain('was claimed by passkeys that this tour does not hold');
  });

  test('the passkeys are kept for the next tour, for their owner alone', async () => {
    server = createServer();
    const passkey = await (await KeyRing.load(dataDir)).add('ivan@initech.example');
    const [again] = (await KeyRing.load(dataDir)).of('ivan@initech.example');
    expect(again?.stored).toEqual(passkey.stored);
    expect(statSync(join(dataDir, 'tour-passkeys.json')).mode & 0o777).toBe(0o600);
  });
});
