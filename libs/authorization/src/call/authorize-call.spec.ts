import type { OperationCall, PersistedOperation, Route, ServiceDefinition } from '@countersign/contract';
import fc from 'fast-check';
import {
  callClaims,
  callTerms,
  DIGEST,
  GRANT,
  MAP,
  NOW,
  published,
  sampleCall,
  viewWithoutObjections,
} from '../../../../test/factories/call.js';
import { authorizeCall } from './authorize-call.js';
import type { Call, CallClaims, CallView, PublishedRouteMap } from './call.js';

const KID = 'key-1';

const billing: ServiceDefinition = {
  name: 'billing',
  upstream: 'http://localhost:4200',
  audience: 'billing',
  tenantFrom: 'path',
  routes: [
    {
      method: 'GET',
      path: '/tenants/{tenant}/invoices',
      resource: 'invoices',
      action: 'list',
      query: ['status'],
    },
    { method: 'GET', path: '/tenants/{tenant}/invoices/{id}', resource: 'invoices/{id}', action: 'read' },
    { method: 'GET', path: '/tenants/{tenant}/payroll/{id}', resource: 'payroll/{id}', action: 'read' },
    { method: 'GET', path: '/tenants/{tenant}/search', resource: 'invoices', action: 'list', query: 'any' },
    { method: 'PATCH', path: '/tenants/{tenant}/invoices/{id}', resource: 'invoices/{id}', action: 'update' },
  ],
};
const terms = callTerms({
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read', 'update'] },
    { resource: 'payroll/*', actions: ['read'] },
  ],
});
const claims = callClaims(terms, 1);
const call = sampleCall;

const view = (overrides: Partial<CallView> = {}): CallView =>
  viewWithoutObjections({
    hasActiveSigningKey: (kid) => kid === KID,
    grant: (digest) =>
      digest === DIGEST
        ? {
            id: GRANT,
            tenant: 'acme',
            service: 'billing',
            startsAt: NOW - 1000,
            endsAt: NOW + 1000,
            budget: null,
          }
        : undefined,
    currentMap: (service) => (service === 'billing' ? published(billing) : undefined),
    mapByHash: (hash) => (hash === MAP ? published(billing) : undefined),
    forbidRules: (tenant) =>
      tenant === 'acme' ? [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }] : undefined,
    ...overrides,
  });

const decide = ({
  claims: c = claims,
  call: k = call(),
  view: v = view(),
  now = NOW,
  kid = KID,
}: Partial<{
  claims: CallClaims;
  call: Call;
  view: CallView;
  now: number;
  kid: string;
}> = {}) => authorizeCall({ claims: c, kid }, k, v, now);

describe('authorizeCall', () => {
  test('allows what is granted, routed, in scope and not forbidden', () => {
    expect(decide()).toEqual({
      allowed: true,
      grant: expect.objectContaining({ id: GRANT }),
      map: expect.objectContaining({ definition: billing }),
      approvedMap: expect.objectContaining({ definition: billing }),
      routes: { approved: billing.routes[1], current: billing.routes[1] },
      headers: new Set(),
      match: {
        route: '/tenants/{tenant}/invoices/{id}',
        resource: 'invoices/7',
        action: 'read',
        tenant: 'acme',
      },
    });
  });

  describe('paths that the service may read as another listed one', () => {
    const withExport = (change: Partial<ServiceDefinition> = {}) =>
      published({
        ...billing,
        ...change,
        routes: [
          ...billing.routes,
          {
            ...{ method: 'GET', path: '/tenants/{tenant}/invoices/export' },
            ...{ resource: 'invoices/export', action: 'export', mask: ['/iban'] },
          },
        ],
      });
    const loose = withExport();
    const exact = withExport({ paths: 'exact' });
    const folded = call({ path: '/tenants/acme/invoices/EXPORT' });
    const by = (approved: PublishedRouteMap, current: PublishedRouteMap) =>
      decide({ call: folded, view: view({ mapByHash: () => approved, currentMap: () => current }) });

    test('P9, P13: are refused', () => {
      expect(by(loose, loose)).toMatchObject({ allowed: false, code: 'ambiguous_request' });
    });

    test('`paths: exact` counts only if the map of the terms and the current map both say so', () => {
      expect(by(loose, exact)).toMatchObject({ allowed: false, code: 'ambiguous_request' });
      expect(by(exact, loose)).toMatchObject({ allowed: false, code: 'ambiguous_request' });
      expect(by(exact, exact)).toMatchObject({ allowed: true, match: { resource: 'invoices/EXPORT' } });
    });

    test('a literal that only one of the maps lists counts', () => {
      const without = published(billing);
      expect(by(without, loose)).toMatchObject({ allowed: false, code: 'ambiguous_request' });
      expect(by(loose, without)).toMatchObject({ allowed: false, code: 'ambiguous_request' });
    });

    test('a parameter has the values that both maps allow', () => {
      const numbers = published({
        ...billing,
        routes: billing.routes.map((route) => ({ ...route, path: route.path.replace('{id}', '{id:int}') })),
      });
      const any = published(billing);
      const decided = (approved: PublishedRouteMap, current: PublishedRouteMap, id: string) =>
        decide({
          call: call({ path: `/tenants/acme/invoices/${id}` }),
          view: view({ mapByHash: () => approved, currentMap: () => current }),
        });
      for (const [approved, current] of [
        [any, numbers],
        [numbers, any],
        [numbers, numbers],
      ] as const) {
        expect(decided(approved, current, '7')).toMatchObject({
          allowed: true,
          match: { route: '/tenants/{tenant}/invoices/{id}', resource: 'invoices/7' },
        });
        expect(decided(approved, current, 'export')).toMatchObject({ code: 'route_not_listed' });
      }
    });
  });

  test.each(['PAYROLL', 'Payroll', 'payroll.json', 'payroll%3Bx', '%EF%BD%90ayroll'])(
    'P13: what the tenant forbids is forbidden in the spelling %s too',
    (section) => {
      const sections = published({
        ...billing,
        paths: 'exact',
        routes: [
          {
            ...{ method: 'GET', path: '/tenants/{tenant}/{section}/{id}' },
            ...{ resource: '{section}/{id}', action: 'read' },
          },
        ],
      });
      const all = { ...claims, terms: { ...terms, scope: [{ resource: '**', actions: ['read'] }] } };
      const decided = (path: string) =>
        decide({
          claims: all,
          call: call({ path }),
          view: view({ mapByHash: () => sections, currentMap: () => sections }),
        });
      expect(decided('/tenants/acme/invoices/7')).toMatchObject({ allowed: true });
      expect(decided(`/tenants/acme/${section}/7`)).toMatchObject({
        code: 'insufficient_scope',
        detail: 'the tenant forbids this',
      });
    },
  );

  test('P13: a sealed grant is opened only by a token that names its log, so no call is recorded elsewhere', () => {
    const log = 'sealed-0199f0a0-7b2c-7001-8000-000000000001';
    const sealed = view({
      grant: (digest) => {
        const known = view().grant(digest);
        return known === undefined ? undefined : { ...known, tenant: log };
      },
    });
    expect(decide({ view: sealed, claims: { ...claims, log } })).toMatchObject({ allowed: true });
    expect(decide({ view: sealed })).toMatchObject({ code: 'grant_ended' });
  });

  test.each([
    ['a digest that is not on the list', { claims: { ...claims, digest: MAP } }, 'grant_ended'],
    [
      'a grant id that is not the digest’s',
      { claims: { ...claims, grant_id: GRANT.replace('1', '2') } },
      'grant_ended',
    ],
    [
      'a sealed log that the list does not name',
      { claims: { ...claims, log: 'sealed-0199f0a0-7b2c-7001-8000-000000000001' } },
      'grant_ended',
    ],
    ['the end of the window, to the millisecond', { now: NOW + 1000 }, 'grant_ended'],
    ['more than the skew before the start', { now: NOW - 6001 }, 'grant_ended'],
    [
      'a grant of another service',
      { claims: { ...claims, terms: { ...terms, service: 'crm' } } },
      'insufficient_scope',
    ],
    ['a path that is not listed', { call: call({ path: '/tenants/acme/secrets' }) }, 'route_not_listed'],
    ['a method that is not listed', { call: call({ method: 'DELETE' }) }, 'route_not_listed'],
    ['the service without a path', { call: call({ path: '' }) }, 'route_not_listed'],
    [
      'a path value that no resource may have',
      { call: call({ path: '/tenants/acme/invoices/a%2Fb' }) },
      'ambiguous_request',
    ],
    [
      'a query parameter on a route that lists none',
      { call: call({ queryNames: ['x'] }) },
      'route_not_listed',
    ],
    ['another tenant’s path', { call: call({ path: '/tenants/globex/invoices/7' }) }, 'insufficient_scope'],
    [
      'an action outside the scope',
      {
        claims: { ...claims, terms: { ...terms, scope: [{ resource: 'invoices/*', actions: ['update'] }] } },
      },
      'insufficient_scope',
    ],
    [
      'what the tenant forbids though it was approved',
      { call: call({ path: '/tenants/acme/payroll/1' }) },
      'insufficient_scope',
    ],
    [
      'a tenant that the view does not know',
      { view: view({ forbidRules: () => undefined }) },
      'insufficient_scope',
    ],
    ['a lock', { view: view({ findLock: () => 'the tenant is locked' }) }, 'locked'],
    ['a gateway that lost touch', { view: view({ isInTouch: () => false }) }, 'not_in_touch'],
    ['a signing key that is not listed any more', { kid: 'key-2' }, 'invalid_token'],
    ['a token at its end, to the millisecond', { now: NOW + 60_000 }, 'invalid_token'],
    ['a window that began at another time', { claims: { ...claims, grant_nbf: NOW / 1_000 } }, 'grant_ended'],
    [
      'a budget in the terms that the listed grant does not have',
      { claims: { ...claims, terms: { ...terms, budget: { calls: 1 } } } },
      'grant_ended',
    ],
    ['a body that is too large', { call: call({ bodyLength: 1_001 }) }, 'body_too_large'],
    [
      'a body that is too large without budget: budget first',
      { call: call({ bodyLength: 1_001 }), view: view({ hasBudgetLeft: () => false }) },
      'budget_exhausted',
    ],
    ['no room', { view: view({ hasRoom: () => false }) }, 'rate_limited'],
    ['no budget', { view: view({ hasBudgetLeft: () => false }) }, 'budget_exhausted'],
    [
      'neither room nor budget: room first',
      { view: view({ hasRoom: () => false, hasBudgetLeft: () => false }) },
      'rate_limited',
    ],
  ])('P13: refuses %s', (_, input, code) => {
    expect(decide(input)).toMatchObject({ allowed: false, code });
  });

  test('says what is wrong with a token that has become invalid', () => {
    expect(decide({ kid: 'key-2' })).toMatchObject({ reason: 'unknown_key' });
    expect(decide({ now: NOW + 60_000 })).toMatchObject({ reason: 'expired' });
  });

  test('a listed budget is compared with the terms, and answers for the grant', () => {
    const budget = { calls: 3 };
    const listed = (own: { calls?: number; bytes?: number } | null) => ({
      grant: () => ({
        ...{ id: GRANT, tenant: 'acme', service: 'billing' },
        ...{ startsAt: NOW - 1000, endsAt: NOW + 1000, budget: own },
      }),
    });
    const budgeted = { ...claims, terms: { ...terms, budget } };
    expect(decide({ claims: budgeted, view: view(listed(budget)) })).toMatchObject({ allowed: true });
    for (const other of [null, { calls: 4 }, { calls: 3, bytes: 5 }, { bytes: 3 }])
      expect(decide({ claims: budgeted, view: view(listed(other)) })).toMatchObject({ code: 'grant_ended' });
    expect(decide({ view: view(listed(budget)) })).toMatchObject({ code: 'grant_ended' });
  });

  test('a body of the largest size, or of unknown size, is not refused', () => {
    for (const bodyLength of [1_000, 0, undefined])
      expect(decide({ call: call({ bodyLength }) })).toMatchObject({ allowed: true });
  });

  test('looks up each fact once', () => {
    const lookups: string[] = [];
    const counted = view();
    for (const fact of ['grant', 'currentMap', 'mapByHash', 'trust', 'forbidRules', 'findLock'] as const) {
      const answer = counted[fact] as (...parameters: unknown[]) => unknown;
      (counted as unknown as Record<string, unknown>)[fact] = (...parameters: unknown[]) => {
        lookups.push(fact);
        return answer(...parameters);
      };
    }
    expect(decide({ view: counted })).toMatchObject({ allowed: true });
    expect(lookups.toSorted()).toEqual([
      'currentMap',
      'findLock',
      'forbidRules',
      'grant',
      'mapByHash',
      'trust',
    ]);
  });

  test('tolerates 5 s of skew at the start of the window', () => {
    expect(decide({ now: NOW - 5_500 })).toMatchObject({ allowed: true });
  });

  test.each([
    ['resource', { resource: 'payments/{id}' }],
    ['action', { action: 'peek' }],
  ])('a current map that gives the route another %s than the approved one: route_not_listed', (_, change) => {
    const changed = {
      ...billing,
      routes: billing.routes.map((route, i) => (i === 1 ? { ...route, ...change } : route)),
    };
    const either: Partial<CallView>[] = [
      { currentMap: () => published(changed) },
      { mapByHash: () => published(changed) },
      { currentMap: () => undefined },
      { mapByHash: () => undefined },
    ];
    for (const half of either)
      expect(decide({ view: view(half) })).toMatchObject({ code: 'route_not_listed' });
  });

  test('a query parameter must be listed by both maps', () => {
    const listing = call({ path: '/tenants/acme/invoices', query: '?status=open', queryNames: ['status'] });
    expect(decide({ call: listing })).toMatchObject({ allowed: true });
    const { query: _, ...closed } = billing.routes[0]!;
    const narrower = published({ ...billing, routes: [closed, ...billing.routes.slice(1)] });
    expect(decide({ call: listing, view: view({ currentMap: () => narrower }) })).toMatchObject({
      code: 'route_not_listed',
    });
    expect(
      decide({ call: { ...listing, path: '/tenants/acme/search', queryNames: ['anything'] } }),
    ).toMatchObject({ allowed: true });
  });

  test('a parameter that either map lists must not be given twice', () => {
    const listing = call({ path: '/tenants/acme/invoices', queryNames: ['status', 'status'] });
    const open = published({
      ...billing,
      routes: billing.routes.map((route) => ({ ...route, query: 'any' as const })),
    });
    for (const half of [{}, { currentMap: () => open }, { mapByHash: () => open }]) {
      expect(decide({ call: listing, view: view(half) })).toMatchObject({ code: 'ambiguous_request' });
    }
    expect(
      decide({ call: listing, view: view({ currentMap: () => open, mapByHash: () => open }) }),
    ).toMatchObject({ allowed: true });
  });

  test('P13: a shared route needs no scope and no tenant, but a grant, both maps and no rule that forbids it', () => {
    const asset = { method: 'GET', path: '/assets/{file}', resource: 'shared', action: 'read' };
    const wider = published({
      ...billing,
      headers: ['X-User'],
      routes: [...billing.routes, { ...asset, shared: true as const }],
    });
    const both = { currentMap: () => wider, mapByHash: () => wider };
    const file = call({ path: '/assets/app.js', headerFields: [['x-user', 'erin']] });
    const asked = (overrides: Partial<CallView> = {}) =>
      decide({ call: file, view: view({ ...both, ...overrides }) });
    expect(asked()).toMatchObject({
      allowed: true,
      match: { route: '/assets/{file}', resource: 'shared', action: 'read', tenant: 'acme', shared: true },
      headers: new Set(),
    });
    // Another map lists the same path as a route of the tenant's that no scope names.
    const other = published({ ...billing, tenantFrom: 'service', routes: [asset] });
    for (const half of [
      { currentMap: () => other },
      { mapByHash: () => other },
      { mapByHash: () => published(billing) },
    ])
      expect(asked(half)).toMatchObject({ code: 'route_not_listed' });
    expect(asked({ grant: () => undefined })).toMatchObject({ code: 'grant_ended' });
    const rule = { service: 'billing', resource: 'shared', actions: ['read'] };
    expect(asked({ forbidRules: () => [rule] })).toMatchObject({ code: 'insufficient_scope' });
    expect(asked({ pinnedTenants: new Set(['app']) })).toMatchObject({ code: 'insufficient_scope' });
    const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256: DIGEST };
    const once = { ...claims, terms: { ...terms, change, budget: { calls: 1 } } } as CallClaims;
    expect(decide({ claims: once, call: file, view: view(both) })).toMatchObject({ allowed: false });
    expect(decide({ call: { ...file, method: 'POST' }, view: view(both) })).toMatchObject({ allowed: false });
  });

  test('a parameter repeats, and GET has a body, only if both maps say so', () => {
    const path = '/tenants/acme/invoices';
    const wider = published({
      ...billing,
      routes: billing.routes.map((route, at) =>
        at === 0 ? { ...route, query: ['status', 'page'], repeat: ['status'], body: true } : route,
      ),
    });
    const only = { currentMap: () => wider, mapByHash: () => wider };
    const twice = call({ path, queryNames: ['status', 'status'] });
    const withBody = call({ path, hasBody: true });
    for (const asked of [twice, withBody]) {
      expect(decide({ call: asked, view: view(only) })).toMatchObject({ allowed: true });
      for (const half of [{ currentMap: only.currentMap }, { mapByHash: only.mapByHash }])
        expect(decide({ call: asked, view: view(half) })).toMatchObject({ code: 'ambiguous_request' });
    }
    expect(
      decide({ call: call({ path, queryNames: ['status', 'page', 'page'] }), view: view(only) }),
    ).toMatchObject({ code: 'ambiguous_request' });
    expect(decide({ call: call({ method: 'PATCH', hasBody: true }) })).toMatchObject({ allowed: true });
  });

  test('terms with a change allow that method, path, query, body and coding only', () => {
    const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256: MAP };
    const headers = (type?: string, encoding?: string) => (name: string) => {
      const value = { 'content-type': type, 'content-encoding': encoding }[name.toLowerCase()];
      return value === undefined ? [] : [value];
    };
    const bound = { ...claims, terms: { ...terms, change } };
    const exact = call({ method: 'PATCH', bodySha256: MAP });
    expect(decide({ claims: bound, call: exact })).toMatchObject({ allowed: true });
    for (const other of [
      { ...exact, bodySha256: DIGEST },
      { ...exact, bodySha256: undefined },
      { ...exact, path: '/tenants/acme/invoices/8' },
      { ...exact, headerValues: headers('text/plain') },
      { ...exact, headerValues: headers(undefined, 'gzip') },
      call({ bodySha256: MAP }),
    ]) {
      expect(decide({ claims: bound, call: other })).toMatchObject({ code: 'insufficient_scope' });
    }
    const coded = { ...change, contentType: 'text/plain', contentEncoding: 'gzip' };
    const boundCoded = { ...claims, terms: { ...terms, change: coded } };
    for (const [type, encoding, allowed] of [
      ['text/plain', 'gzip', true],
      ['text/plain', undefined, false],
      [undefined, 'gzip', false],
      ['text/plain; charset=utf-8', 'gzip', false],
      ['Text/Plain', 'gzip', false],
      ['text/plain', 'br', false],
    ] as const)
      expect(
        decide({ claims: boundCoded, call: { ...exact, headerValues: headers(type, encoding) } }).allowed,
      ).toBe(allowed);
  });

  test('a spent change is refused as budget_exhausted, with and without its grant; other terms are not concerned', () => {
    const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256: MAP };
    const bound = { ...claims, terms: { ...terms, change } };
    const exact = call({ method: 'PATCH', bodySha256: MAP });
    for (const state of [{}, { grant: () => undefined }])
      expect(
        decide({ claims: bound, call: exact, view: view({ isChangeSpent: () => true, ...state }) }),
      ).toMatchObject({ code: 'budget_exhausted' });
    expect(decide({ view: view({ isChangeSpent: () => true }) })).toMatchObject({ allowed: true });
  });

  test('P13: a check that throws refuses', () => {
    const broken = () => {
      throw new Error('no answer');
    };
    for (const part of [
      'isInTouch',
      'hasActiveSigningKey',
      'grant',
      'currentMap',
      'mapByHash',
      'forbidRules',
      'findLock',
      'trust',
      'hasRoom',
      'hasBudgetLeft',
    ] as const) {
      expect(decide({ view: view({ [part]: broken }) }).allowed).toBe(false);
    }
  });

  test('P13: whatever path and method are sent, an allowed call is one of the five routes of acme', () => {
    const segment = fc.oneof(
      fc.constantFrom('tenants', 'acme', 'globex', 'invoices', 'payroll', '7', '..', ''),
      fc.string(),
    );
    const path = fc.array(segment, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(path, fc.constantFrom('GET', 'PATCH', 'POST', 'get'), (p, method) => {
        const decision = decide({ call: call({ path: p, method }) });
        if (decision.allowed) expect(p).toMatch(/^\/tenants\/acme\/(invoices(\/[A-Za-z0-9._~-]+)?|search)$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('where the tenant is read', () => {
  const flat = (more: Partial<ServiceDefinition>): PublishedRouteMap =>
    published({
      ...billing,
      ...more,
      routes: [{ method: 'GET', path: '/invoices/{id}', resource: 'invoices/{id}', action: 'read' }],
    });
  const decideBy = (map: PublishedRouteMap, more: Partial<Call>) =>
    decide({
      call: call({ path: '/invoices/7', ...more }),
      view: view({ currentMap: () => map, mapByHash: () => map }),
    });

  test('host: the left-most label', () => {
    const map = flat({ tenantFrom: 'host' });
    expect(decideBy(map, { host: 'acme.gateway.example' })).toMatchObject({ allowed: true });
    for (const host of ['globex.gateway.example', 'acme', 'www.acme.example', '.acme.example']) {
      expect(decideBy(map, { host })).toMatchObject({ code: 'insufficient_scope' });
    }
  });

  test('header: exactly one value', () => {
    const map = flat({ tenantFrom: 'header', tenantHeader: 'X-Org' });
    const sent = (...values: string[]) => ({
      headerValues: (name: string) => (name === 'X-Org' ? values : []),
    });
    expect(decideBy(map, sent('acme'))).toMatchObject({ allowed: true });
    expect(decideBy(map, sent())).toMatchObject({ code: 'insufficient_scope' });
    expect(decideBy(map, sent('globex'))).toMatchObject({ code: 'insufficient_scope' });
    expect(decideBy(map, sent('acme, globex'))).toMatchObject({ code: 'insufficient_scope' });
    expect(decideBy(map, sent('acme', 'globex'))).toMatchObject({ code: 'ambiguous_request' });
  });

  test('service: the token’s tenant is what the upstream is told', () => {
    expect(decideBy(flat({ tenantFrom: 'service' }), {})).toMatchObject({
      allowed: true,
      match: { tenant: 'acme' },
    });
  });

  test('P12: a call cannot name another tenant that is pinned here, whatever the map says', () => {
    const map = flat({ tenantFrom: 'service' });
    const names = { headerFields: [['x-org', 'globex']] as const };
    const pinnedTenants = new Set(['globex']);
    const both = view({ currentMap: () => map, mapByHash: () => map, pinnedTenants });
    const sent = call({ path: '/invoices/7', ...names });
    expect(decide({ call: sent, view: both })).toMatchObject({ code: 'insufficient_scope' });
  });

  test('maps that read the tenant in different places do not agree unless they read the same', () => {
    const byHost = flat({ tenantFrom: 'host' });
    const byHeader = flat({ tenantFrom: 'header', tenantHeader: 'X-Org' });
    const both = view({ currentMap: () => byHost, mapByHash: () => byHeader });
    const sent = call({ path: '/invoices/7', host: 'acme.gateway.example', headerValues: () => ['globex'] });
    expect(decide({ call: sent, view: both })).toMatchObject({ code: 'route_not_listed' });
  });
});

describe('a persisted operation', () => {
  const sha256 = 'a'.repeat(64);
  const invoice: Route = {
    ...{ method: 'POST', path: '/tenants/{tenant}/graphql', resource: 'invoices/{id}', action: 'read' },
    graphql: { sha256, type: 'query', operation: 'Invoice', variables: { id: '/id' } },
  };
  const withRoutes = (...routes: Route[]) => published({ ...billing, routes });
  const values = new Map([
    ['/id', '7'],
    ['/other', '8'],
    ['/payslip', '9'],
  ]);
  const named = (operation: Partial<OperationCall> = {}): Call =>
    call({
      ...{ method: 'POST', path: '/tenants/acme/graphql' },
      operation: {
        ...{ sha256, operation: 'Invoice', texts: () => [] },
        variable: (pointer) => values.get(pointer),
        ...operation,
      },
    });
  const by = (approved: PublishedRouteMap, current = approved) =>
    view({ mapByHash: () => approved, currentMap: () => current });
  const decided = (approved: PublishedRouteMap, current?: PublishedRouteMap, sent = named()) => {
    const decision = decide({ call: sent, view: by(approved, current) });
    return decision.allowed ? decision.match.resource : decision.code;
  };
  const change = (graphql: Partial<PersistedOperation>, route: Partial<Route> = {}): Route => ({
    ...invoice,
    ...route,
    graphql: { ...(invoice.graphql as PersistedOperation), ...graphql },
  });

  test('is what its route says', () => {
    expect(decide({ call: named(), view: by(withRoutes(invoice)) })).toMatchObject({
      allowed: true,
      match: { route: `${invoice.path} Invoice sha256:${sha256}`, resource: 'invoices/7', action: 'read' },
    });
  });

  test('needs its hash and its name', () => {
    const map = withRoutes(invoice);
    for (const other of [{ sha256: 'b'.repeat(64) }, { operation: undefined }, { operation: 'invoice' }])
      expect(decided(map, map, named(other))).toBe('route_not_listed');
    expect(decided(map, map, call({ ...named(), operation: undefined }))).toBe('route_not_listed');
  });

  test('means the same by both maps, or is refused', () => {
    const approved = withRoutes(invoice);
    expect(decided(approved, withRoutes(change({ variables: { id: '/other' } })))).toBe('route_not_listed');
    expect(decided(approved, withRoutes(change({}, { action: 'update' })))).toBe('route_not_listed');
    expect(decided(approved, withRoutes(change({ sha256: 'b'.repeat(64) })))).toBe('route_not_listed');
    expect(decided(approved, withRoutes())).toBe('route_not_listed');
    expect(decided(approved, withRoutes(change({ type: 'mutation' })))).toBe('invoices/7');
  });

  test('is refused if a variable that names its resource has no usable value, and if the tenant forbids that resource', () => {
    const map = withRoutes(invoice);
    expect(decide({ call: named({ variable: () => undefined }), view: by(map) })).toMatchObject({
      ...{ allowed: false, code: 'operation_refused', reason: 'variable' },
    });
    const payslip = withRoutes(change({ variables: { id: '/payslip' } }, { resource: 'payroll/{id}' }));
    expect(decided(payslip)).toBe('insufficient_scope');
  });

  test('a call that names none keeps the refusal of its reader, after the checks of its grant', () => {
    const unread = { code: 'operation_refused', reason: 'batch', detail: 'one' } as const;
    const ownCall = call({ ...named(), operation: unread });
    expect(decide({ call: ownCall, view: by(withRoutes(invoice)) })).toMatchObject(unread);
    expect(decide({ call: ownCall, view: view({ grant: () => undefined }) })).toMatchObject({
      code: 'grant_ended',
    });
  });
});
