import { compileRouteMap, readOperation, type ServiceDefinition } from '@countersign/contract';
import { sampleTerms } from '../../../../test/factories/grant-token.js';
import type { Call, CallContext } from './call.js';
import { namesNoOtherPinnedTenant } from './named-tenants.js';

/** What is said of a call of globex, on a gateway that has pinned acme. */
function said(
  call: Partial<Pick<CallContext['call'], 'path' | 'query' | 'headerFields' | 'operation'>>,
  {
    upstream = 'http://billing.internal:4200',
    tenant = 'globex',
    pinned = ['acme'],
    listed = [] as string[],
  } = {},
) {
  const definition: ServiceDefinition = {
    ...{ name: 'billing', upstream, audience: 'billing', tenantFrom: 'path', routes: [] },
  };
  const context = {
    claims: { tenant, terms: sampleTerms },
    call: { service: 'billing', path: '/tenants/globex/invoices/7', query: '', headerFields: [], ...call },
    view: { pinnedTenants: new Set(pinned) },
    currentMap: { definition, compiled: compileRouteMap(definition) },
    headers: new Set(listed),
  };
  return namesNoOtherPinnedTenant(context as unknown as CallContext)?.code;
}

describe('P12: a call of one tenant cannot name another that is pinned', () => {
  test.each([
    '/tenants/acme/invoices/7',
    '/globex/acme',
    '/acme',
    '/tenants/ACME/invoices',
    '/tenants/acme.json',
    '/tenants/globex,acme',
    '/tenants/id=acme/globex',
    '/tenants/acme~',
  ])('in its path: %s', (path) => {
    expect(said({ path })).toBe('insufficient_scope');
  });

  test('in the variables of a persisted operation, at any depth', () => {
    const operation = (variables: object): Call['operation'] => {
      const text = JSON.stringify({ documentId: `sha256:${'a'.repeat(64)}`, variables });
      const read = readOperation({
        ...{ method: 'POST', query: '', body: new TextEncoder().encode(text) },
        headerValues: (name) => (name === 'content-type' ? ['application/json'] : []),
      });
      if ('reason' in read) throw new Error(read.detail);
      return read;
    };
    const variables = [{ org: 'acme' }, { acme: true }, { input: [{ url: 'https://x.example/%61cme' }] }];
    for (const each of variables) expect(said({ operation: operation(each) })).toBe('insufficient_scope');
    expect(said({ operation: operation({ org: 'globex', note: 'acmeish' }) })).toBeUndefined();
  });

  test.each([
    ['x-org', 'acme'],
    ['x-org', 'globex, Acme'],
    ['x-account-id', ' acme '],
    ['content-tenant', 'acme'],
    ['accept-tenant', 'acme'],
    ['if-tenant', 'acme'],
    ['sec-tenant', 'acme'],
    ['X-Org', 'ACME'],
    ['X-TENANT-ID', '\tacme'],
    ['x-scope', 'tenant:acme'],
    ['x-scope', 'globex;tenant="Acme"'],
    ['x-trace', 'of acme'],
    ['x-target', 'https://api.example/tenants/acme/invoices'],
  ])('in a header: %s: %s', (...field) => {
    expect(said({ headerFields: [['accept', '*/*'], field] })).toBe('insufficient_scope');
  });

  test.each([
    '?org=acme',
    '?ACME',
    '?acme=1',
    '?page=2&org=globex&org=acme',
    '?org=%61cme',
    '?org=%41CM%45',
    '?%61cme=1',
    '?org=%22acme%22',
    '?org=globex%2Cacme',
    '?org=+acme',
    '?q=of+acme',
    '?org=%20acme',
    '?org=%C3%A9%00acme',
    '?org=100%&other=%61cme',
    '?next=%2Fexport%3Forg%3D%2561cme',
    '?filter[tenant]=acme',
  ])('an invented tenant leads no data of a pinned one out through the query: %s', (query) => {
    expect(said({ path: '/export', query })).toBe('insufficient_scope');
  });

  test.each(['', '?org=globex', '?org=%67lobex', '?org=acme-europe&of=acmes', '?org=ac%2Dme', '?q=100%'])(
    'a query that names no other pinned tenant passes: "%s"',
    (query) => {
      expect(said({ query })).toBeUndefined();
    },
  );

  describe('in a spelling that a service reads as that name', () => {
    const spellings = [
      ['full-width letters', 'ａｃｍｅ'],
      ['one full-width letter', 'ａcme'],
      ['accents', 'ácmé'],
      ['accents of their own', 'a\u0301cme\u0301'],
      ['a soft hyphen', 'ac\u00adme'],
      ['an ordinal indicator', 'ªcme'],
      ['mathematical letters', '𝐚𝐜𝐦𝐞'],
      ['a control character, which collations ignore', 'ac\u0001me'],
      ['circled letters', 'ⒶⒸⓂⒺ'],
      ['letters in black squares', '🅰cme'],
    ] as const;

    test.each(spellings)('%s, in path, query, header and variables', (_what, name) => {
      const escaped = encodeURIComponent(name);
      const operation = { texts: () => [`of ${name}.`] } as unknown as Call['operation'];
      const calls: Parameters<typeof said>[0][] = [
        { path: `/tenants/${escaped}/invoices` },
        { query: `?org=${escaped}` },
        { query: `?next=${encodeURIComponent(escaped)}` },
        { headerFields: [['x-org', `globex, ${escaped}`]] },
        { operation },
      ];
      expect(calls.map((call) => said(call))).toEqual(calls.map(() => 'insufficient_scope'));
      expect(calls.map((call) => said(call, { tenant: 'acme' }))).toEqual(calls.map(() => undefined));
    });

    test('in Latin-1, or behind bytes that are no UTF-8', () => {
      for (const query of ['?org=%E1cme', '?org=%FF%61cme', '?org=%E1cm%E9'])
        expect(said({ query })).toBe('insufficient_scope');
    });

    test('each letter and digit that a collation takes for one of ASCII', () => {
      const { compare } = new Intl.Collator('en', { sensitivity: 'base' });
      const missed: string[] = [];
      const found = (written: string, name: string) =>
        said({ query: `?org=${encodeURIComponent(written)}` }, { pinned: [name] }) !== undefined;
      for (let code = 0x80; code <= 0x1f1ff; code += 1) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        const character = String.fromCodePoint(code);
        for (const plain of 'abcdefghijklmnopqrstuvwxyz0123456789')
          if (compare(character, plain) === 0 && !found(`q${character}q`, `q${plain}q`))
            missed.push(character);
      }
      for (const [letter, pair] of [
        ['æ', 'ae'],
        ['Œ', 'oe'],
        ['ß', 'ss'],
        ['ꜳ', 'aa'],
        ['ﬁ', 'fi'],
      ] as const)
        if (!found(`q${letter}q`, `q${pair}q`)) missed.push(letter);
      expect(missed).toEqual([]);
    });

    test('other words of other languages name no one', () => {
      for (const word of ['ácmés', 'асме', 'κόσμος', '会社', 'ac me'])
        expect(said({ query: `?q=${encodeURIComponent(word)}` })).toBeUndefined();
    });
  });

  test('in any of the values of a header that is given more than once', () => {
    const headerFields = [
      ['x-org', 'globex'],
      ['X-Org', 'acme'],
      ['x-org', 'globex'],
    ] as const;
    expect(said({ headerFields })).toBe('insufficient_scope');
  });

  test('in the first label of the upstream’s host', () => {
    expect(said({}, { upstream: 'http://acme.billing.internal:4200' })).toBe('insufficient_scope');
  });

  test('may name its own tenant, and longer or unknown names', () => {
    expect(said({ path: '/tenants/acme/invoices/7' }, { tenant: 'acme' })).toBeUndefined();
    expect(said({ query: '?org=%61cme' }, { tenant: 'acme' })).toBeUndefined();
    expect(said({ path: '/tenants/acme-europe/invoices/acmes' })).toBeUndefined();
    expect(said({ headerFields: [['x-trace', 'of acme-europe and acmes']] })).toBeUndefined();
    expect(said({}, { upstream: 'http://billing.acme.internal' })).toBeUndefined();
  });

  test('in a header that every client sends, if the route lists it: its service reads it', () => {
    for (const cookie of ['theme=dark; org=acme', 'theme=dark; org=%22acme%22', 'org=%61cme']) {
      const headerFields = [['cookie', cookie]] as const;
      expect(said({ headerFields }, { listed: ['cookie'] })).toBe('insufficient_scope');
      expect(said({ headerFields })).toBeUndefined();
    }
  });

  test('what every client sends names no one, and where nothing is pinned no one is named', () => {
    for (const name of [
      'accept-language',
      'content-type',
      'if-match',
      'sec-fetch-site',
      'sec-ch-ua-platform',
      'Accept-Language',
    ])
      expect(said({ headerFields: [[name, 'acme']] })).toBeUndefined();
    expect(said({ path: '/tenants/acme' }, { pinned: [] })).toBeUndefined();
  });
});
