import { type ServiceDefinition, statementHash, type Terms, type TrustDocument } from '@countersign/contract';
import {
  DIGEST,
  GRANT,
  NOW,
  published,
  sampleCall,
  viewWithoutObjections,
} from '../../../../test/factories/call.js';
import { hashing, sampleTerms } from '../../../../test/factories/grant-token.js';
import { sampleTrust } from '../../../../test/factories/trust.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import type { PinnedTrust } from '../countersignature/countersignature.js';
import { refuse } from '../countersignature/countersignature.js';
import { authorizeCall } from './authorize-call.js';
import type { CallClaims, CallView } from './call.js';

const ADA = 'usr_0199f0a0-7b2c-7003-8000-000000000001';
const key = new Authenticator();

const billing: ServiceDefinition = {
  name: 'billing',
  upstream: 'http://localhost:4200',
  audience: 'billing',
  tenantFrom: 'service',
  checksTenant: true,
  routes: [
    { method: 'GET', path: '/invoices/{id}', resource: 'invoices/{id}', action: 'read' },
    { method: 'PATCH', path: '/invoices/{id}', resource: 'invoices/{id}', action: 'update' },
  ],
};
const { checksTenant: _checks, ...unchecked } = billing;
const map = published(billing);

const pinned = (change: Partial<TrustDocument> = {}): PinnedTrust => {
  const document = sampleTrust({ [ADA]: [key] }, { countersign: { exceptActions: ['read'] }, ...change });
  const hash = statementHash(hashing, document);
  return { document, hash, versions: new Set([hash]) };
};

type Wished = 'trust' | 'checkCountersigned' | 'hasRoom' | 'forbidRules' | 'currentMap' | 'mapByHash';
type Wishes = Partial<Pick<CallView, Wished>> & {
  terms?: Partial<Terms>;
  method?: string;
  now?: number;
};

/** A call of one invoice, updated unless said otherwise, by a token that no one countersigned. */
function decide({ terms = {}, method = 'PATCH', now = NOW, ...wishes }: Wishes) {
  const claims: CallClaims = {
    exp: Number.POSITIVE_INFINITY,
    grant_id: GRANT,
    grant_nbf: NOW / 1_000,
    grant_exp: NOW / 1_000 + 60,
    tenant: 'acme',
    digest: DIGEST,
    terms: { ...sampleTerms, scope: [{ resource: 'invoices/*', actions: ['read', 'update'] }], ...terms },
  };
  const call = sampleCall({
    method,
    path: '/invoices/7',
    host: 'acme.gateway.example',
    headerValues: () => ['acme'],
  });
  const view = viewWithoutObjections({
    grant: () => ({
      id: GRANT,
      tenant: 'acme',
      service: 'billing',
      startsAt: NOW,
      endsAt: Number.POSITIVE_INFINITY,
      budget: null,
    }),
    currentMap: () => map,
    mapByHash: () => map,
    trust: () => pinned(),
    pinnedTenants: new Set(['acme']),
    checkCountersigned: () => refuse('too_few', 'no one has signed'),
    maxBodyBytes: 0,
    ...wishes,
  });
  return authorizeCall({ claims, kid: 'key-1' }, call, view, now);
}

const basis = (change: Partial<TrustDocument['bases'][number]> = {}) => ({
  trust: () =>
    pinned({
      bases: [
        {
          basis: 'emergency',
          services: ['billing'],
          actions: ['read', 'update'],
          maxSeconds: 3_600,
          ...change,
        },
      ],
    }),
});
const emergency = { terms: { basis: 'emergency' as const } };

describe('P12: a call of a claimed tenant', () => {
  test('is allowed with the signatures that its trust document requires', () => {
    expect(decide({ checkCountersigned: () => undefined })).toMatchObject({ allowed: true });
  });

  test('is refused without them, with the reason', () => {
    expect(decide({})).toMatchObject({ allowed: false, code: 'not_countersigned', reason: 'too_few' });
  });

  test('needs no signature for an action that the document excepts', () => {
    expect(decide({ method: 'GET' })).toMatchObject({ allowed: true });
    expect(
      decide({ method: 'GET', trust: () => pinned({ countersign: { exceptActions: [] } }) }),
    ).toMatchObject({ code: 'not_countersigned' });
  });

  test('needs signatures for excepted actions too if the grant shows hidden fields', () => {
    const unmasked = { method: 'GET', terms: { unmasked: true as const } };
    expect(decide(unmasked)).toMatchObject({ code: 'not_countersigned', reason: 'too_few' });
    expect(decide({ ...unmasked, checkCountersigned: () => undefined })).toMatchObject({ allowed: true });
  });

  test('never shows hidden fields on a basis that the document lists', () => {
    const terms = { basis: 'emergency' as const, unmasked: true as const };
    expect(decide({ ...basis(), terms })).toMatchObject({ reason: 'basis_not_accepted' });
  });

  test('is refused if nothing is pinned here, excepted actions too', () => {
    expect(
      decide({ method: 'GET', trust: () => 'unpinned', checkCountersigned: () => undefined }),
    ).toMatchObject({
      code: 'not_countersigned',
      reason: 'not_pinned',
    });
  });

  test('is refused from the moment at which the document expires', () => {
    const end = Date.parse(pinned().document.validUntil);
    const allowed = { method: 'GET', checkCountersigned: () => undefined };
    expect(decide({ ...allowed, now: end - 1 })).toMatchObject({ allowed: true });
    expect(decide({ ...allowed, now: end })).toMatchObject({
      code: 'not_countersigned',
      reason: 'trust_expired',
    });
  });

  test('is refused if the document forbids it, even if the broker sends no forbid rules', () => {
    const forbid = [{ service: 'billing', resource: 'invoices/**', actions: ['update'] }];
    const trust = () => pinned({ forbid });
    expect(decide({ trust, checkCountersigned: () => undefined })).toMatchObject({
      code: 'insufficient_scope',
      reason: 'forbidden',
    });
    expect(decide({ trust, method: 'GET' })).toMatchObject({ allowed: true });
  });

  test.each<[string, Wishes, boolean]>([
    ['one that is listed', { ...emergency, ...basis() }, true],
    ['none that is listed', { ...emergency }, false],
    ['another one than is listed', { terms: { basis: 'legal' }, ...basis() }, false],
    ['one that is listed for another service', { ...emergency, ...basis({ services: ['crm'] }) }, false],
    ['one that is listed for another action', { ...emergency, ...basis({ actions: ['read'] }) }, false],
    ['one that is listed for a shorter time', { ...emergency, ...basis({ maxSeconds: 3_599 }) }, false],
    ['none that is listed, for an excepted action', { ...emergency, method: 'GET' }, false],
  ])('on another basis: %s', (_what, wishes, allowed) => {
    expect(decide(wishes)).toMatchObject(
      allowed ? { allowed } : { allowed, code: 'not_countersigned', reason: 'basis_not_accepted' },
    );
  });

  test('on an invitation needs signatures as on an approval', () => {
    const terms = { basis: 'invitation' as const, invitation: DIGEST };
    expect(decide({ terms })).toMatchObject({ code: 'not_countersigned', reason: 'too_few' });
    expect(decide({ terms, checkCountersigned: () => undefined })).toMatchObject({ allowed: true });
  });

  test('is refused for a missing signature after the scope and before the limits', () => {
    expect(decide({ forbidRules: () => undefined })).toMatchObject({ code: 'insufficient_scope' });
    expect(decide({ hasRoom: () => false })).toMatchObject({ code: 'not_countersigned' });
  });
});

test('P12: for an unclaimed tenant the vendor’s rules alone count', () => {
  expect(decide({ trust: () => undefined })).toMatchObject({ allowed: true });
  expect(decide({ trust: () => undefined, ...emergency })).toMatchObject({ allowed: true });
});

test.each<[string, Partial<ServiceDefinition>]>([
  ['upstream', { upstream: 'http://localhost:6666' }],
  ['audience', { audience: 'wiki' }],
])('P12: a map with another %s than was signed cannot move calls of a claimed tenant', (_what, change) => {
  const definition = { ...billing, ...change };
  const currentMap = () => published(definition);
  expect(decide({ currentMap, checkCountersigned: () => undefined })).toMatchObject({
    code: 'route_not_listed',
  });
  expect(decide({ currentMap, trust: () => undefined })).toMatchObject({ allowed: true });
});

test('P12: a map whose service no longer checks the tenant cannot move calls of a claimed tenant', () => {
  const definition = { ...unchecked, routes: billing.routes.slice(0, 1) };
  const currentMap = () => published(definition);
  const reading = { method: 'GET', currentMap };
  expect(decide(reading)).toMatchObject({ code: 'route_not_listed' });
  expect(decide({ ...reading, trust: () => undefined })).toMatchObject({ allowed: true });
});

test('P12: a map that reads the tenant in another place than was signed cannot move calls of a claimed tenant', () => {
  const reading = (tenantFrom: 'host' | 'service') => () => {
    const definition: ServiceDefinition = { ...unchecked, tenantFrom, routes: billing.routes.slice(0, 1) };
    return published(definition);
  };
  const maps = { method: 'GET', mapByHash: reading('service'), currentMap: reading('host') };
  expect(decide(maps)).toMatchObject({ code: 'route_not_listed' });
  expect(decide({ ...maps, currentMap: reading('service') })).toMatchObject({ allowed: true });
  expect(decide({ ...maps, trust: () => undefined })).toMatchObject({ allowed: true });
});

test('P12: a map that reads the tenant from another header than was signed cannot move calls of a claimed tenant', () => {
  const reading = (tenantHeader: string) => () => {
    const definition: ServiceDefinition = { ...unchecked, tenantFrom: 'header', tenantHeader };
    return published(definition);
  };
  const maps = {
    mapByHash: reading('X-Org'),
    currentMap: reading('X-Account'),
    checkCountersigned: () => undefined,
  };
  expect(decide(maps)).toMatchObject({ code: 'route_not_listed' });
  expect(decide({ ...maps, currentMap: reading('X-Org') })).toMatchObject({ allowed: true });
});
