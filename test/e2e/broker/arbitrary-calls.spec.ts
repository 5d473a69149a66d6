/** @soak */

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createScimToken } from '@countersign/access';
import {
  MESSAGE_SIGNATURE_HEADER,
  type RecordEntry,
  recordHash,
  signBatch,
  signMessage,
} from '@countersign/gateway-protocol';
import { organisation, type PersonName, personNames } from '../../factories/organisation.js';
import {
  type DescribedApi,
  plainText,
  type RandomCall,
  RandomCalls,
} from '../../support/openapi/random-calls.js';
import { pick, type Random, randomness, seedOf } from '../../support/randomness.js';
import { gatewayIdentity, RecordChain } from '../../support/record-chain.js';
import { isFullRun, samples } from '../../support/samples.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf, makeGrant, makeRequest } from '../story.js';

type Who = PersonName | 'nobody' | 'gateway' | 'scim client' | 'browser';
const EVERYONE: readonly Who[] = [...personNames, 'nobody', 'gateway', 'scim client', 'browser'];

/** Slack is not set up in these tests, and the broker says so. */
const NOT_READY = /^(GET|POST) \/slack\//;
/** Answers that do not end. */
const STREAMS = new Set(['GET /api/v1/stream', 'GET /gateway/v1/feed']);
/** The limit of most bodies, in bytes. */
const LARGE = 1024 * 1024;
const SESSIONS = '/gateway/v1/browser-sessions';
const RECORDS = '/gateway/v1/records';

const provisioned = () =>
  organisation((file) => {
    file.vendor.scim = { groups: { Engineers: ['engineer'] }, facts: true };
    for (const service of file.services) service.origin = `https://${service.name}.gw.example`;
  });

describe.each(enginesOf('PostgreSQL'))('arbitrary calls of every operation, on %s', (engine) => {
  let broker: TestBroker;
  let document: DescribedApi;
  let operations: [method: string, path: string][];
  let scim: string;
  let gateway: { id: string; bearer: string; identity: ReturnType<typeof gatewayIdentity> };
  let grants: Awaited<ReturnType<typeof makeGrant>>[];

  beforeAll(async () => {
    broker = await TestBroker.start({
      engine,
      organisation: provisioned(),
      settings: { logLevel: 'error', smtpUrl: 'smtp://127.0.0.1:9' },
    });
    document = (await broker.fetch('GET', '/api/openapi.json')).body as DescribedApi;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
    );
    scim = (await createScimToken(broker.host, null, 36_000)).token;
    const { credential, bearer } = await broker.enrolGateway('fuzz');
    gateway = { id: credential.gateway, bearer, identity: gatewayIdentity() };
    const body = { publicKey: gateway.identity.publicKey };
    await broker.fetch('POST', '/gateway/v1/identity', { body, headers: { authorization: bearer } });
    await makeRequest(broker);
    grants = [await makeGrant(broker), await makeGrant(broker, 'otherEngineer', { tenant: 'globex' })];
  });
  afterAll(() => broker.close());

  /** Ids that people can see. */
  async function knownIds(): Promise<string[]> {
    const texts = await Promise.all(
      operations
        .filter(
          ([method, path]) => method === 'GET' && path.startsWith('/api/v1/') && !STREAMS.has(`GET ${path}`),
        )
        .map(([, path]) => path.replace('{slug}', 'acme'))
        .filter((path) => !path.includes('{'))
        .flatMap((path) =>
          (['securityAdmin', 'approver', 'engineer'] as const).map((who) => broker.call(who, 'GET', path)),
        ),
    );
    const ids = texts.flatMap(({ text }) => text.match(/\b[a-z]{3}_[0-9a-f]{8}-[0-9a-f-]{27}\b/g) ?? []);
    return [...new Set([...ids, gateway.id])];
  }

  const grantOf = (random: Random) => pick(random, grants);

  /** What the gateway's own programs would send. The document describes only the outermost members of these. */
  async function validBody(path: string, random: Random): Promise<unknown> {
    const { grant, request } = grantOf(random);
    switch (path) {
      case SESSIONS:
        return codeFor(grants[0]!.grant);
      case `${SESSIONS}/token`:
      case `${SESSIONS}/release`:
        return sessionOf(grants[0]!.grant);
      case RECORDS: {
        const under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
        const chain = new RecordChain(
          gateway.id,
          gateway.identity.privateKey,
          under,
          () => broker.clock.now(),
          null,
        );
        return chain.batch([chain.add('allowed'), chain.add('refused'), chain.add('head')]);
      }
      case '/gateway/v1/leases':
        return {
          ...{ grant, boot: randomUUID(), turn: 1 },
          ...{ used: { calls: 0, bytes: 0 }, wish: { calls: 10, bytes: 1_000 } },
        };
      case '/gateway/v1/leases/closed':
        return { boots: [randomUUID()] };
      case '/gateway/v1/heads':
        return { boot: randomUUID() };
      case '/gateway/v1/pins': {
        const digest = `sha256:${'a'.repeat(64)}`;
        return {
          at: broker.clock.now().toISOString(),
          pins: [{ tenant: 'acme', pinned: digest, current: digest, seq: 1 }],
        };
      }
      default:
        return undefined;
    }
  }

  async function codeFor(grant: string) {
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const { body } = await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/browser-sessions`, {
      body: { challenge },
    });
    const location = (body as { location?: string }).location;
    const code = location === undefined ? null : new URL(location).searchParams.get('code');
    return { code: code ?? `${grant}.${'A'.repeat(43)}`, verifier, service: 'billing' };
  }

  async function sessionOf(grant: string) {
    const body = await codeFor(grant);
    const opened = await broker.fetch('POST', SESSIONS, { body, headers: signed(SESSIONS, body) });
    const { session = `${grant}.${'A'.repeat(43)}` } = opened.body as { session?: string };
    return { session, service: 'billing' };
  }

  function signed(path: string, body: unknown): Record<string, string> {
    const authorization = { authorization: gateway.bearer };
    try {
      const message = { gateway: gateway.id, path, body };
      return {
        ...authorization,
        [MESSAGE_SIGNATURE_HEADER]: signMessage(message, gateway.identity.privateKey),
      };
    } catch {
      // Nothing that has a canonical form.
      return authorization;
    }
  }

  /** Signs altered records, so that the signature is not what refuses them. */
  function withSignature(body: unknown): unknown {
    try {
      const { boot, entries } = body as { boot: string; entries: RecordEntry[] };
      const records = entries.map(({ record }) => recordHash(record));
      const signature = signBatch({ gateway: gateway.id, boot, records }, gateway.identity.privateKey);
      return { ...(body as object), signature };
    } catch {
      return body;
    }
  }

  async function credentialsOf(
    who: Who,
    { path, body }: RandomCall,
    random: Random,
  ): Promise<Record<string, string>> {
    switch (who) {
      case 'nobody':
        return {};
      case 'gateway':
        return signed(path, body);
      case 'scim client':
        return { authorization: `Bearer ${scim}` };
      case 'browser':
        return {
          ...{ origin: broker.environment.publicUrl, 'sec-fetch-site': 'same-origin' },
          cookie: await broker.sessionOf(pick(random, personNames)).catch(() => 'none=none'),
        };
      default:
        return { authorization: `Bearer ${broker.keys[who]}` };
    }
  }

  /** @returns the call if its answer is an error of the broker */
  async function faultOf(who: Who, method: string, template: string, calls: RandomCalls, random: Random) {
    const call = calls.callOf(
      method,
      template,
      who === 'gateway' ? await validBody(template, random) : undefined,
    );
    if (template === RECORDS && typeof call.body === 'object') call.body = withSignature(call.body);
    const { path, query, headers, type, body } = call;
    const credentials = await credentialsOf(who, call, random);
    const sent =
      method === 'GET' || body === undefined || typeof body === 'string' || body instanceof Uint8Array
        ? body
        : type === 'application/x-www-form-urlencoded'
          ? new URLSearchParams(
              Object.entries(Object(body)).map(([name, value]): [string, string] => [name, plainText(value)]),
            ).toString()
          : JSON.stringify(body);
    const stopped = new AbortController();
    const shown = `${method} ${path}?${query} as ${who}: ${String(sent).slice(0, 2_000)}`;
    const answer = await fetch(`${broker.url}${path}${query === '' ? '' : `?${query}`}`, {
      ...{ method, redirect: 'manual', signal: stopped.signal },
      headers: { ...headers, ...(type === null ? {} : { 'content-type': type }), ...credentials },
      ...(method === 'GET' || sent === undefined ? {} : { body: sent as string }),
    }).catch((error: unknown) => error);
    // The broker closes the connection on which a body that is too large still arrives.
    if (!(answer instanceof Response))
      return String(sent).length > LARGE ? null : `${shown} → ${String(answer)}`;
    if (answer.status === 401 && who in broker.keys)
      await broker.renewKey(who as PersonName).catch(() => undefined);
    const isOpen = answer.ok && STREAMS.has(`${method} ${template}`);
    const text = isOpen ? '' : await answer.text();
    stopped.abort();
    if (answer.status < 500) return null;
    if (NOT_READY.test(`${method} ${template}`) && text.includes('"not_ready"')) return null;
    // It has said that it knows changes which the database does not have.
    if (who === 'gateway' && text.includes('"feed_parted"')) return null;
    return `${shown} → ${answer.status}`;
  }

  test('no text with a NUL, which PostgreSQL stores nowhere, reaches it', async () => {
    const call = async (method: string, path: string) => codeOf(await broker.call('approver', method, path));
    for (const path of [
      '/api/v1/transparency-reports/a%00b/report.json',
      '/api/v1/requests/%00',
      '/log/acme%00/vkey',
    ])
      expect(await call('GET', path)).toBe('404 not_found');
    expect(await call('GET', '/api/v1/grants?person=%00')).toBe('400 invalid_request');
    const asked = { subject: { type: 'user', id: 'a' }, action: { name: 'list' } };
    const resource = { type: 'billing', id: 'a\0', properties: { tenant: 'acme' } };
    const answer = await broker.call('approver', 'POST', '/access/v1/evaluation', {
      body: { ...asked, resource },
    });
    expect([codeOf(answer), answer.body]).toEqual([
      '400 invalid_request',
      expect.objectContaining({ pointer: '/resource/id' }),
    ]);
  });

  test('a NUL in the claims of an unsigned token makes the token inactive, and is no error of the broker', async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tokenOf = (terms: object, log?: string) =>
      `${encode({ alg: 'ES256' })}.${encode({ log, authorization_details: [{ terms }] })}.${encode('x')}`;
    const tokens = [
      tokenOf({ service: 'bil\0ling', tenant: 'acme' }),
      tokenOf({ service: 'billing', tenant: 'ac\0me' }),
      tokenOf({ service: 'billing', tenant: 'acme' }, 'sealed-\0'),
    ];
    for (const token of tokens) {
      const form = {
        raw: `token=${token}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      };
      const read = await broker.call('engineer', 'POST', '/oauth/introspect', form);
      expect([read.status, read.body]).toEqual([200, { active: false }]);
      expect((await broker.call('engineer', 'POST', '/oauth/revoke', form)).status).toBe(200);
    }
  });

  test('P13: nothing that anyone sends is answered with an error of the broker', async () => {
    const seed = seedOf();
    const random = randomness(seed);
    const calls = new RandomCalls(document, random, await knownIds());
    const faults: string[] = [];
    const logged = () => broker.logLines.filter((line) => line.includes('unforeseen error'));
    for (const [method, path] of operations) {
      const callers = isFullRun()
        ? EVERYONE
        : ([pick(random, EVERYONE), path.startsWith('/gateway/') ? 'gateway' : 'approver'] as const);
      for (const who of callers)
        for (let run = 0; run < samples('arbitraryCalls'); run += 1) {
          const fault = await faultOf(who, method, path, calls, random);
          if (fault !== null) faults.push(fault);
        }
    }
    expect({ seed, faults: faults.slice(0, 20), logged: logged().slice(0, 5) }).toEqual({
      ...{ seed, faults: [], logged: [] },
    });
  }, 1_200_000);
});
