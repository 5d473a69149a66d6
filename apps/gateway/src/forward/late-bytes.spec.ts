import { billingService, GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { LATE_KINDS, type LateKind, LateUpstream, ownBody } from '../../../../test/fakes/late-upstream.js';
import { until } from '../../../../test/fakes/until.js';
import type { Readiness } from '../http/own-pages.js';

let world: GatewayWorld;
let upstream: LateUpstream;
beforeEach(async () => {
  upstream = new LateUpstream();
  await upstream.start();
  world = new GatewayWorld();
  await world.prepare();
  const billing = billingService(upstream.origin);
  const secrets = { path: '/tenants/{tenant}/secrets/{id}', resource: 'secrets/{id}', mask: ['/of', '/at'] };
  billing.routes.push({ method: 'GET', action: 'read', ...secrets });
  world.broker.services = [billing];
  await world.startGateway();
  await until(() => world.gateway.isInTouch());
});
afterEach(async () => {
  await world.stop();
  await upstream.stop();
});

type Kind = LateKind | 'plain';
type Caller = { tenant: string; grant: string; token: string };

function caller(tenant = 'acme'): Caller {
  const scope = ['invoices/*', 'secrets/*'].map((resource) => ({ resource, actions: ['read'] }));
  const grant = world.broker.grant({ tenant, scope });
  return { tenant, grant: grant.id, token: world.broker.token(grant) };
}

const targetOf = ({ tenant }: Caller, kind: Kind, of = 'invoices') => `/tenants/${tenant}/${of}/${kind}`;

/** A call of this kind: after its answer, bytes with the same grant's data come. */
async function call(by: Caller, kind: Kind = 'plain', of = 'invoices'): Promise<string> {
  const method = kind === 'HEAD' ? 'HEAD' : 'GET';
  const answer = await world.send({ method, path: `/billing${targetOf(by, kind, of)}`, token: by.token });
  return answer.text();
}

/** What a plain call has to get. */
const own = (by: Caller) => ownBody(by.grant, targetOf(by, 'plain'));

/** How many requests each connection of the upstream has carried. */
const carried = () => upstream.connections.map(({ requests }) => requests.length);

const untrusted = async () =>
  ((await (await fetch(`${world.gateway.adminUrl}/readyz`)).json()) as Readiness).untrustedUpstreams;

describe.each(LATE_KINDS)(
  'after the answer to a call of the kind %s, bytes come that belong to none',
  (kind) => {
    test.each([
      ['another tenant', 'globex'],
      ['another grant of the tenant', 'acme'],
    ])('P9: they do not answer a call of %s', async (_, tenant) => {
      const [one, other] = [caller(), caller(tenant)];
      await call(one, kind);
      expect(await call(other)).toBe(own(other));
      expect([await call(other), await call(other)]).toEqual([own(other), own(other)]);
      // A connection is used again, but by calls of its own grant alone.
      expect(carried()).toEqual([1, 3]);
    });

    test('they are seen: the upstream is named, and gets one connection for each call', async () => {
      upstream.lateMs = 5;
      const [one, other] = [caller(), caller('globex')];
      await call(other);
      await until(async () => {
        await call(one, kind);
        return (await untrusted()).length > 0;
      });
      const before = upstream.connections.length;
      expect(await untrusted()).toEqual([upstream.origin]);
      expect(await (await fetch(`${world.gateway.adminUrl}/metrics`)).text()).toContain(
        `countersign_gateway_untrusted_upstreams{upstream="${upstream.origin}"} 1`,
      );
      expect(world.logLines.filter((line) => line.includes('bytes that belong to no answer'))).toHaveLength(
        1,
      );
      expect([await call(other), await call(other), await call(one)]).toEqual([
        own(other),
        own(other),
        own(one),
      ]);
      expect(carried().slice(before)).toEqual([1, 1, 1]);
      expect(upstream.connections.at(-1)?.requests[0]).toMatch(/^connection: close$/im);
    });
  },
);

test.each(['HEAD', '204', '304'] as const)(
  'P4: nothing follows on the connection of an answer to %s, which has no body',
  async (kind) => {
    const one = caller();
    for (let count = 0; count < 2; count += 1) await call(one, kind);
    expect(await call(one)).toBe(own(one));
    expect(carried()).toEqual([1, 1, 1]);
  },
);

test('P9: what comes too late of a route that hides fields does not answer a call of another route', async () => {
  const one = caller();
  expect(await call(one, 'length', 'secrets')).toBe('{"of":"***","at":"***"}');
  expect(await call(one)).toBe(own(one));
});

test('P9: at 128 connections of four grants, while bytes come late, each call gets its own answer', async () => {
  upstream.lateMs = 2;
  const callers = [caller(), caller('globex'), caller(), caller('globex')];
  // The gateway knows each grant.
  for (const by of callers) await until(async () => (await call(by)) === own(by));
  const wrong: string[] = [];
  const kinds: readonly Kind[] = ['plain', ...LATE_KINDS];
  const caller128 = async (at: number) => {
    const by = callers[at % callers.length] as Caller;
    for (let count = 0; count < 10; count += 1) {
      const kind = kinds[(at + count) % kinds.length] as Kind;
      const body = await call(by, kind);
      if (body !== '' && !body.includes(by.grant)) wrong.push(body);
    }
  };
  await Promise.all(Array.from({ length: 128 }, (_, at) => caller128(at)));
  expect(wrong).toEqual([]);
}, 60_000);
