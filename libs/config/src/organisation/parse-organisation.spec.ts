/** @soak */

import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { anyText } from '../../../../test/factories/any-text.js';
import { samples } from '../../../../test/support/samples.js';
import { bent, EXAMPLE } from '../../test/example-organisation.js';
import { parseOrganisation } from './parse-organisation.js';

const everythingThere = () => true;
const OPERATION = `mask: ["/data/iban"], graphql: { sha256: ${'a'.repeat(64)}, type: query }`;
const problemsOf = (text: string) => parseOrganisation(text, everythingThere).problems ?? [];
const spelled = (text: string) => problemsOf(text).map(({ pointer, detail }) => `${pointer} ${detail}`);

function organisationOf(text: string) {
  const { organisation } = parseOrganisation(text, everythingThere);
  if (organisation === undefined) throw new Error(spelled(text).join('\n'));
  return organisation;
}

describe('a right organisation file', () => {
  test('the example gives seconds, definitions and controls', () => {
    const { organisation, warnings } = parseOrganisation(EXAMPLE, everythingThere);
    expect(warnings).toEqual([]);
    expect(organisation?.accessPolicy).toEqual({
      vendorReviews: 1,
      maxDuration: 14_400,
      tokenTtl: 300,
      requestTtl: 43_200,
    });
    expect(organisation?.services[0]?.routes[0]?.query).toEqual(['status', 'page']);
    expect(organisation?.tenants[0]?.privacyControls).toEqual({
      approvals: 1,
      maxDuration: 3600,
      countersign: ['update'],
      slackMayApprove: ['list', 'read'],
      forbid: [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }],
    });
  });

  test('a provider may be asked for a way of signing in, a fresh one, and groups that give roles', () => {
    const more =
      'acr: ["urn:mfa"], maxAge: PT10M, groups: { claim: groups, roles: { admins: [admin, approver] } }';
    const { tenants } = organisationOf(bent(['./data/oidc-acme }', `./data/oidc-acme, ${more} }`]));
    expect(tenants[0]?.oidc).toEqual({
      issuer: 'http://localhost:4300',
      clientId: 'countersign-acme',
      clientSecretFile: './data/oidc-acme',
      acr: ['urn:mfa'],
      maxAge: 600,
      groups: { claim: 'groups', roles: { admins: ['admin', 'approver'] } },
    });
  });

  test('security events come from the provider at which people sign in', () => {
    const { tenants } = organisationOf(
      bent(['./data/oidc-acme }', './data/oidc-acme }\n    signals: { audience: acme }']),
    );
    expect(tenants[0]?.signals).toEqual({ issuer: 'http://localhost:4300', audience: 'acme' });
  });

  test('a domain is listed as addresses have it', () => {
    const { vendor, tenants } = organisationOf(
      bent(
        ['  staff:', '  domains: [Northwind.Example, bücher.example]\n  staff:'],
        ['    slack: {', '    domains: [acme.example]\n    slack: {'],
      ),
    );
    expect(vendor.domains).toEqual(['northwind.example', 'xn--bcher-kva.example']);
    expect(tenants[0]?.domains).toEqual(['acme.example']);
  });

  test('what is optional may be left out and gets its documented default', () => {
    const organisation = organisationOf(`
vendor: { name: V, staff: [] }
services:
  - { name: s, upstream: "https://s.example", routes: [{ method: GET, path: "/t/{tenant}/x", resource: x, action: read }] }
tenants:
  - { slug: t, name: T, people: [{ email: a@t.example, name: A, roles: [approver] }] }
`);
    expect(organisation).toEqual({
      vendor: { name: 'V', oidc: null, webhooks: [], staff: [] },
      services: [
        {
          name: 's',
          upstream: 'https://s.example',
          audience: 's',
          tenantFrom: 'path',
          routes: [{ method: 'GET', path: '/t/{tenant}/x', resource: 'x', action: 'read' }],
        },
      ],
      accessPolicy: { vendorReviews: 1, maxDuration: 14_400, tokenTtl: 300, requestTtl: 43_200 },
      tenants: [
        {
          slug: 't',
          name: 'T',
          people: [{ email: 'a@t.example', name: 'A', roles: ['approver'] }],
          privacyControls: {
            approvals: 1,
            maxDuration: null,
            countersign: [],
            slackMayApprove: [],
            forbid: [],
          },
          oidc: null,
          slack: null,
          webhooks: [],
        },
      ],
    });
  });

  test('reads what a route says of its query and body, and which pages may call a service', () => {
    const { organisation } = parseOrganisation(
      bent(
        ['[status, page]', '[{ name: status, repeat: true }, page, { name: sort }], body: true'],
        ['    routes:', '    cors: { origins: ["https://app.example"] }\n    routes:'],
      ),
      everythingThere,
    );
    const [service] = organisation?.services ?? [];
    expect(service).toMatchObject({ cors: { origins: ['https://app.example'] } });
    expect(service?.routes[0]).toMatchObject({
      query: ['status', 'page', 'sort'],
      repeat: ['status'],
      body: true,
    });
    expect(service?.routes[1]).not.toHaveProperty('repeat');
  });

  test('parameters beside hidden fields are those that the file says are harmless, and the map has only their names', () => {
    const query =
      '[{ name: page, harmless: true }, { name: per, repeat: true, harmless: true }], mask: ["/iban"]';
    const { organisation } = parseOrganisation(bent(['[status, page]', query]), everythingThere);
    expect(organisation?.services[0]?.routes[0]).toMatchObject({
      query: ['page', 'per'],
      repeat: ['per'],
      mask: ['/iban'],
    });
  });

  test('an operation with hidden fields has the promise that its variables are harmless, which is not part of the map', () => {
    const file = bent(['query: [status, page]', `${OPERATION}, harmless: true`]);
    const [first] = parseOrganisation(file, everythingThere).organisation?.services[0]?.routes ?? [];
    expect(first).toMatchObject({ mask: ['/data/iban'], graphql: { type: 'query' } });
    expect(first).not.toHaveProperty('harmless');
  });

  test('a service may read each spelling of a path as another one, and its parameters may have patterns', () => {
    const { services } = organisationOf(bent(['    routes:', '    paths: exact\n    routes:']));
    expect(services[0]).toMatchObject({
      paths: 'exact',
      routes: [{}, { path: '/tenants/{tenant}/invoices/{id:int}', resource: 'invoices/{id}' }, {}],
    });
    const problems = spelled(bent(['    routes:', '    paths: loose\n    routes:']));
    expect(problems).toEqual([expect.stringContaining('/services/0/paths must be exact, or be left out')]);
    const [problem] = spelled(bent(['{id:int}', '{id:[0-9]+|x}']));
    expect(problem).toMatch(/^\/services\/0\/routes\/1\/path “\|x” is no part of a pattern/);
  });

  test('a parameter without a pattern is a warning that names the route and the patterns', () => {
    const { warnings } = parseOrganisation(
      bent(
        ['/{id:int}", resource', '/{id}", resource'],
        ['/{id:int}', '/{no}'],
        ['invoices/{id}", action: update', 'invoices/{no}", action: update'],
      ),
      everythingThere,
    );
    expect(warnings).toEqual([
      {
        pointer: '/services/0/routes',
        line: 13,
        detail: expect.stringMatching(
          /^parameters take any text, .*\{id:uuid\}, \{id:int\} .*: \{id\} of GET \/tenants\/\{tenant\}\/invoices\/\{id\}, \{no\} of PATCH .*$/,
        ),
      },
    ]);
  });

  test('a shared route has the resource and the action of all shared routes', () => {
    const shared = '    routes:\n      - { method: GET, path: "/assets/{file}", shared: true }';
    const { organisation } = parseOrganisation(bent(['    routes:', shared]), everythingThere);
    expect(organisation?.services[0]?.routes[0]).toEqual({
      ...{ method: 'GET', path: '/assets/{file}', resource: 'shared', action: 'read', shared: true },
    });
  });

  describe('with an OpenAPI description', () => {
    const routes = EXAMPLE.slice(EXAMPLE.indexOf('    routes:'), EXAMPLE.indexOf('accessPolicy'));
    const own =
      '{ method: GET, path: "/tenants/{tenant}/invoices/{nr}", resource: "invoices/{nr}", action: show }';
    const description = JSON.stringify({
      ...{ openapi: '3.1.0', info: { title: 'Billing' } },
      paths: {
        '/tenants/{tenant}/invoices': { get: { parameters: [{ in: 'query', name: 'status' }] } },
        '/tenants/{tenant}/invoices/{id}': { get: {}, patch: {} },
        '/reports/{id}.pdf': { get: {} },
        '/health': { get: {} },
      },
    });
    const parse = (text: string, read = (_path: string) => description) =>
      parseOrganisation(text, everythingThere, read);

    test('takes its routes, those of the file first, and warns of operations without a route', () => {
      const read: string[] = [];
      const { organisation, warnings } = parse(
        bent([routes, `    openapi: billing.json\n    routes: [${own}]\n`]),
        (path) => {
          read.push(path);
          return description;
        },
      );
      expect(read).toEqual(['billing.json']);
      expect(organisation?.services[0]?.routes).toEqual([
        {
          ...{ method: 'GET', path: '/tenants/{tenant}/invoices/{nr}', resource: 'invoices/{nr}' },
          action: 'show',
        },
        {
          ...{ method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' },
          query: ['status'],
        },
        {
          ...{ method: 'PATCH', path: '/tenants/{tenant}/invoices/{id}', resource: 'invoices/{id}' },
          action: 'update',
        },
      ]);
      expect(warnings).toEqual([
        {
          pointer: '/services/0/openapi',
          detail: expect.stringMatching(
            /^2 of 5 operations of “Billing” have no route and are refused: GET \/reports\/\{id\}\.pdf \(.*\), GET \/health \(.*no \{tenant\}\)$/,
          ),
          line: 13,
        },
        expect.objectContaining({ pointer: '/services/0/routes' }),
        expect.objectContaining({ pointer: '/tenants/0/privacyControls/slackMayApprove/1' }),
      ]);
    });

    test.each<[string, string, (() => string) | undefined, string]>([
      [
        'that is not there',
        'openapi: billing.json',
        () => {
          throw Object.assign(new Error(), { code: 'ENOENT' });
        },
        '/services/0/openapi billing.json cannot be used: there is no such file',
      ],
      [
        'that is none',
        'openapi: billing.json',
        () => '{"hello": 1}',
        "/services/0/openapi billing.json cannot be used: /info is missing or has another form than OpenAPI's",
      ],
      [
        'without a usable operation',
        '{ openapi: billing.json, tenantParameter: account }',
        undefined,
        '/services/0/openapi billing.json has no operation with a route',
      ],
      [
        'that is not named',
        'tenantParameter: account',
        undefined,
        '/services/0/routes is required, unless openapi is there',
      ],
    ])('refuses one %s', (_what, members, read, problem) => {
      const lines = members
        .replaceAll(/[{}]/g, '')
        .split(',')
        .map((line) => `    ${line.trim()}\n`);
      const { problems } = parse(bent([routes, lines.join('')]), read);
      expect(problems?.map(({ pointer, detail }) => `${pointer} ${detail}`)).toContain(problem);
    });
  });

  test('may be JSON, and may share a list by alias', () => {
    const organisation = organisationOf(EXAMPLE);
    expect(organisationOf(bent(['countersign: [update]', 'countersign: &u [update]']))).toEqual(organisation);
    expect(organisationOf('{"vendor":{"name":"V","staff":[]},"services":[],"tenants":[]}').tenants).toEqual(
      [],
    );
  });

  test('a missing secret file is a warning with its line, not a problem', () => {
    const { organisation, warnings } = parseOrganisation(EXAMPLE, (path) => path !== './data/oidc-acme');
    expect(organisation).toBeDefined();
    expect(warnings).toEqual([
      expect.objectContaining({ pointer: '/tenants/0/oidc/clientSecretFile', line: 30 }),
    ]);
  });

  test('an action that no route does, and too few reviewers, are warnings', () => {
    const text = bent(
      ['countersign: [update]', 'countersign: [updte]'],
      ['vendorReviews: 1', 'vendorReviews: 2'],
    );
    const { warnings = [] } = parseOrganisation(text, everythingThere);
    expect(warnings.map(({ pointer }) => pointer)).toEqual([
      '/accessPolicy/vendorReviews',
      '/tenants/0/privacyControls/countersign/0',
    ]);
  });
});

test('P2: no one is matched by e-mail in a Slack workspace that another side names too', () => {
  const shared = (vendor: string) =>
    EXAMPLE.replace('  oidc:', `  slack: { teamId: ${vendor}, channelId: C0REVIEWS }\n  oidc:`).replace(
      'channelId: C0LOCKBOX }',
      'channelId: C0LOCKBOX, matchEmail: true }',
    );
  expect(problemsOf(shared('T0NORTH'))).toEqual([]);
  expect(problemsOf(shared('T0ACME'))).toMatchObject([
    { pointer: '/tenants/0/slack/matchEmail', detail: expect.stringContaining('another side') },
  ]);
});

describe('one mistake in an organisation file', () => {
  const mistakes: [string, [string, string], string, RegExp][] = [
    [
      'an unknown member',
      ['  name: Northwind', '  nmae: x\n  name: Northwind'],
      '/vendor/nmae',
      /not a member/,
    ],
    [
      'an unknown member of a route',
      ['action: read }', 'action: read, verb: x }'],
      '/services/0/routes/1/verb',
      /not a member/,
    ],
    ['a missing member', ['    name: Acme Corp\n', ''], '/tenants/0/name', /is required/],
    ['a wrong type', ['name: Acme Corp', 'name: 7'], '/tenants/0/name', /must be text/],
    ['an empty text', ['name: Acme Corp', 'name: ""'], '/tenants/0/name', /empty/],
    [
      'an unknown vendor role',
      ['[engineer] }', '[wizard] }'],
      '/vendor/staff/0/roles/0',
      /must be one of engineer/,
    ],
    [
      'an unknown customer role',
      ['roles: [approver] }', 'roles: [engineer] }'],
      '/tenants/0/people/1/roles/0',
      /must be one of approver/,
    ],
    ['no role', ['roles: [approver] }', 'roles: [] }'], '/tenants/0/people/1/roles', /at least one role/],
    ['a repeated role', ['[engineer] }', '[engineer, engineer] }'], '/vendor/staff/0/roles/1', /repeats/],
    ['no e-mail address', ['bob@acme.example', 'bob'], '/tenants/0/people/1/email', /e-mail address/],
    [
      'P2: security-admin who is an engineer',
      ['[security-admin]', '[security-admin, engineer]'],
      '/vendor/staff/2/roles',
      /excludes engineer/,
    ],
    [
      'P2: security-admin who is a reviewer',
      ['[security-admin]', '[reviewer, security-admin]'],
      '/vendor/staff/2/roles',
      /excludes reviewer/,
    ],
    [
      'P2: legal counsel with another role',
      ['[security-admin]', '[auditor, legal]'],
      '/vendor/staff/2/roles',
      /legal excludes auditor/,
    ],
    [
      'P2: vendor staff with a customer role',
      ['bob@acme.example', 'erin@northwind.example'],
      '/tenants/0/people/1/email',
      /vendor staff/,
    ],
    [
      'P2: the same by alias',
      ['bob@acme.example', 'Erin+acme@Northwind.example'],
      '/tenants/0/people/1/email',
      /vendor staff/,
    ],
    [
      'one person twice by alias',
      ['bob@acme.example', '"  ADA+b@acme.example "'],
      '/tenants/0/people/1/email',
      /again/,
    ],
    [
      'one member of staff twice',
      ['max@northwind.example', 'Erin+x@northwind.example'],
      '/vendor/staff/1/email',
      /again/,
    ],
    ['a reserved slug', ['slug: acme', 'slug: deployment'], '/tenants/0/slug', /reserved/],
    [
      'the name of a sealed log as a slug',
      ['slug: acme', 'slug: sealed-0199f0a0-7b2c-7001-8000-000000000001'],
      '/tenants/0/slug',
      /reserved/,
    ],
    ['a bad slug', ['slug: acme', 'slug: Acme'], '/tenants/0/slug', /lower-case/],
    [
      'a route without {tenant}',
      ['/tenants/{tenant}/invoices"', '/invoices"'],
      '/services/0/routes/0/path',
      /tenant/,
    ],
    ['two routes for one call', ['method: PATCH', 'method: GET'], '/services/0/routes/2/path', /same calls/],
    ['a bad method', ['method: PATCH', 'method: patch'], '/services/0/routes/2/method', /HTTP method/],
    ['"*" as a route\'s action', ['action: update', 'action: "*"'], '/services/0/routes/2/action', /action/],
    [
      'a parameter beside hidden fields that may filter by them',
      ['[status, page]', '[{ name: page, harmless: true }, status], mask: ["/iban"]'],
      '/services/0/routes/0/query/1',
      /may filter or sort by a hidden field/,
    ],
    [
      'a parameter beside hidden fields that only may repeat',
      ['[status, page]', '[{ name: page, repeat: true }], mask: ["/iban"]'],
      '/services/0/routes/0/query/0',
      /harmless: true/,
    ],
    [
      'any parameter beside hidden fields',
      ['[status, page]', 'any, mask: ["/iban"]'],
      '/services/0/routes/0/query',
      /must be a list/,
    ],
    [
      'an operation with hidden fields whose variables may filter by them',
      ['query: [status, page]', OPERATION],
      '/services/0/routes/0/mask',
      /needs harmless: true on a persisted operation/,
    ],
    [
      'harmless variables without an operation',
      ['query: [status, page]', 'harmless: true'],
      '/services/0/routes/0/harmless',
      /goes with mask and graphql/,
    ],
    ['a bad query', ['[status, page]', 'all'], '/services/0/routes/0/query', /any or a list/],
    [
      'a repeat that says no',
      ['[status, page]', '[{ name: page, repeat: false }]'],
      '/services/0/routes/0/query',
      /any or a list/,
    ],
    [
      'a body that says no',
      ['[status, page]', '[status], body: false'],
      '/services/0/routes/0/body',
      /left out/,
    ],
    ['a route without an action', [', action: update', ''], '/services/0/routes/2/action', /is required/],
    [
      'a shared route that may write',
      ['    routes:', '    routes:\n      - { method: POST, path: "/assets/{file}", shared: true }'],
      '/services/0/routes/0/method',
      /only reads/,
    ],
    [
      'pages of every origin with cookies',
      ['    routes:', '    cors: { origins: ["*"], credentials: true }\n    routes:'],
      '/services/0/cors/credentials',
      /never with \*/,
    ],
    [
      'a header of every route that only a proxy may set',
      ['    routes:', '    headers: [X-Real-IP]\n    routes:'],
      '/services/0/headers/0',
      /never passes/,
    ],
    [
      'an unknown tenantFrom',
      ['tenantFrom: path', 'tenantFrom: cookie'],
      '/services/0/tenantFrom',
      /must be one of path/,
    ],
    [
      'an upstream that is no URL',
      ['http://localhost:4200', 'localhost:4200'],
      '/services/0/upstream',
      /URL/,
    ],
    [
      'an upstream with a password',
      ['http://localhost:4200', 'https://a:b@h.example'],
      '/services/0/upstream',
      /password/,
    ],
    [
      'an upstream with a path',
      ['http://localhost:4200', 'https://h.example/v1'],
      '/services/0/upstream',
      /without a path/,
    ],
    [
      'an upstream over plain http elsewhere',
      ['http://localhost:4200', 'http://h.example'],
      '/services/0/upstream',
      /https/,
    ],
    [
      'an issuer over plain http elsewhere',
      [
        'issuer: "http://localhost:4300", clientId: countersign-acme',
        'issuer: "http://idp.example", clientId: x',
      ],
      '/tenants/0/oidc/issuer',
      /https/,
    ],
    [
      'groups that give a customer the vendor’s roles',
      ['./data/oidc-acme }', './data/oidc-acme, groups: { claim: groups, roles: { g: [engineer] } } }'],
      '/tenants/0/oidc/groups/roles/g/0',
      /must be one of approver, admin, auditor/,
    ],
    [
      'a provider with an unknown member',
      ['./data/oidc-acme }', './data/oidc-acme, scopes: [x] }'],
      '/tenants/0/oidc/scopes',
      /not a member/,
    ],
    ['a slug that names the vendor', ['slug: acme', 'slug: vendor'], '/tenants/0/slug', /reserved/],
    [
      'countersign and slackMayApprove overlapping',
      ['slackMayApprove: [list, read]', 'slackMayApprove: [read, update]'],
      '/tenants/0/privacyControls/slackMayApprove/1',
      /countersigned/,
    ],
    [
      '"*" in slackMayApprove',
      ['slackMayApprove: [list, read]', 'slackMayApprove: ["*"]'],
      '/tenants/0/privacyControls/slackMayApprove/0',
      /forbid only/,
    ],
    [
      '"*" in countersign',
      ['countersign: [update]', 'countersign: ["*"]'],
      '/tenants/0/privacyControls/countersign/0',
      /forbid only/,
    ],
    [
      'a forbid rule for no service',
      ['forbid: [{ service: billing', 'forbid: [{ service: biling'],
      '/tenants/0/privacyControls/forbid/0/service',
      /no service/,
    ],
    [
      'a forbid rule for no resource',
      ['payroll/**', 'pay roll'],
      '/tenants/0/privacyControls/forbid/0/resource',
      /pattern/,
    ],
    [
      'a forbid rule for no action',
      ['actions: ["*"]', 'actions: []'],
      '/tenants/0/privacyControls/forbid/0/actions',
      /at least one/,
    ],
    [
      'a rule of supervision for no service',
      ['approvals: 1', 'supervision: [{ name: bulk, services: [biling], over: 1, within: PT5M, do: stop }]'],
      '/tenants/0/privacyControls/supervision/0/services/0',
      /no service/,
    ],
    [
      'two rules of supervision of one name',
      [
        'approvals: 1',
        'supervision: [{ name: a, over: 1, within: PT5M, do: stop }, { name: a, over: 2, within: PT5M, do: stop }]',
      ],
      '/tenants/0/privacyControls/supervision/1/name',
      /repeats "a"/,
    ],
    [
      'a rule of supervision that counts for longer than a month',
      ['approvals: 1', 'supervision: [{ name: a, over: 1, within: P32D, do: stop }]'],
      '/tenants/0/privacyControls/supervision/0/within',
      /at most P31D/,
    ],
    [
      'a rule of supervision that does nothing known',
      ['approvals: 1', 'supervision: [{ name: a, over: 1, within: PT5M, do: ask }]'],
      '/tenants/0/privacyControls/supervision/0/do',
      /notify, pause, stop/,
    ],
    [
      'a rule of supervision of the vendor for no service',
      ['vendorReviews: 1,', 'supervision: [{ name: a, services: [x], over: 1, within: PT5M, do: stop }],'],
      '/accessPolicy/supervision/0/services/0',
      /no service/,
    ],
    [
      'more approvals than approvers',
      ['approvals: 1', 'approvals: 3'],
      '/tenants/0/privacyControls/approvals',
      /3 of 2 approvers/,
    ],
    [
      'negative approvals',
      ['approvals: 1', 'approvals: -1'],
      '/tenants/0/privacyControls/approvals',
      /from 0 to 20/,
    ],
    [
      'half an approval',
      ['approvals: 1', 'approvals: 0.5'],
      '/tenants/0/privacyControls/approvals',
      /whole number/,
    ],
    [
      'a bad duration',
      ['maxDuration: PT1H', 'maxDuration: 1h'],
      '/tenants/0/privacyControls/maxDuration',
      /duration/,
    ],
    [
      'a duration of nothing',
      ['maxDuration: PT1H', 'maxDuration: PT0S'],
      '/tenants/0/privacyControls/maxDuration',
      /duration/,
    ],
    ['a bad Slack channel', ['C0LOCKBOX', 'lockbox'], '/tenants/0/slack/channelId', /channel/],
    [
      'a service for a tenant that does not exist',
      ['    tenantFrom: path\n', '    tenantFrom: path\n    tenants: [acme, amce]\n'],
      '/services/0/tenants/1',
      /no such tenant/,
    ],
    [
      'security events without a provider',
      [
        '    oidc: { issuer: "http://localhost:4300", clientId: countersign-acme, clientSecretFile: ./data/oidc-acme }\n',
        '    signals: { issuer: "https://idp.example" }\n',
      ],
      '/tenants/0/signals',
      /needs oidc/,
    ],
    [
      'a role that no group of a SCIM client can give',
      ['    slack: {', '    scim: { groups: { x: [engineer] } }\n    slack: {'],
      '/tenants/0/scim/groups/x/0',
      /must be one of/,
    ],
  ];
  test.each(mistakes)('%s is told once, at its place', (_name, change, pointer, detail) => {
    const problems = problemsOf(bent(change));
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer]);
    expect(problems[0]?.detail).toMatch(detail);
    expect(problems[0]?.line).toBeGreaterThan(0);
  });

  test.each([
    ['metrics', /gateway itself/],
    ['9billing', /lower-case/],
  ])('a service may not be called %s', (name, detail) => {
    const problems = problemsOf(
      bent(['name: billing', `name: ${name}`], ['service: billing', `service: ${name}`]),
    );
    expect(problems[0]).toEqual({
      pointer: '/services/0/name',
      detail: expect.stringMatching(detail),
      line: 9,
    });
  });

  test.each(['Origin', 'x-forwarded-host', 'Countersign-Tenant'])('no tenant is read from %s', (name) => {
    expect(
      problemsOf(bent(['tenantFrom: path', `tenantFrom: header\n    tenantHeader: ${name}`]))[0],
    ).toMatchObject({ pointer: '/services/0/tenantHeader', detail: expect.stringMatching(/of its own/) });
  });

  test('a tenant header must be named, and its routes may not hold {tenant}', () => {
    expect(
      problemsOf(bent(['tenantFrom: path', 'tenantFrom: header'])).map(({ pointer }) => pointer),
    ).toEqual([
      '/services/0/tenantHeader',
      '/services/0/routes/0/path',
      '/services/0/routes/1/path',
      '/services/0/routes/2/path',
    ]);
  });

  test('TLS towards an upstream is a setting of the service beside its map', () => {
    const tls = 'tls: { caFile: ca.pem, certFile: me.pem, keyFile: me.key, serverName: billing.internal }';
    const { organisation } = parseOrganisation(
      bent(['upstream: http://localhost:4200', `upstream: https://billing.internal\n    ${tls}`]),
      () => true,
    );
    expect(organisation?.services[0]?.tls).toEqual({
      caFile: 'ca.pem',
      certFile: 'me.pem',
      keyFile: 'me.key',
      serverName: 'billing.internal',
    });
  });

  test.each([
    ['http://localhost:4200', '{ caFile: ca.pem }', '/services/0/tls'],
    ['https://billing.internal', '{ certFile: me.pem }', '/services/0/tls/keyFile'],
    ['https://billing.internal', '{ keyFile: me.key }', '/services/0/tls/certFile'],
    ['https://billing.internal', '{ serverName: 10.0.0.1 }', '/services/0/tls/serverName'],
    ['https://billing.internal', '{ serverName: "*.internal" }', '/services/0/tls/serverName'],
    ['https://billing.internal', '{ caFile: "" }', '/services/0/tls/caFile'],
    ['https://billing.internal', '{ verify: false }', '/services/0/tls/verify'],
  ])('TLS towards %s may not be %s', (upstream, tls, pointer) => {
    const text = bent(['upstream: http://localhost:4200', `upstream: ${upstream}\n    tls: ${tls}`]);
    expect(problemsOf(text).map((problem) => problem.pointer)).toEqual([pointer]);
  });

  test('a second tenant may not repeat a slug or a Slack channel', () => {
    const tenants = EXAMPLE.slice(EXAMPLE.indexOf('  - slug: acme'));
    expect(problemsOf(EXAMPLE + tenants).map(({ pointer }) => pointer)).toEqual([
      '/tenants/1/slug',
      '/tenants/1/slack',
    ]);
  });

  test.each([
    [
      'the vendor’s own',
      ['name: Northwind Cloud', 'name: Northwind Cloud\n  slack: { teamId: T0VENDOR, channelId: C0LOCKBOX }'],
    ],
    ['one shared from another workspace', ['    slack: { teamId: T0ACME', '    slack: { teamId: T0OTHER']],
  ] as const)('P9: a tenant’s Slack channel is no other’s: %s', (name, [from, to]) => {
    const other = EXAMPLE.slice(EXAMPLE.indexOf('  - slug: acme')).replace('slug: acme', 'slug: other');
    const text = name.startsWith('one') ? EXAMPLE + other.replace(from, to) : EXAMPLE.replace(from, to);
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({
        pointer: expect.stringMatching(/slack$/),
        detail: expect.stringContaining('repeats the Slack channel C0LOCKBOX'),
      }),
    ]);
  });

  test('a second service may not repeat a name', () => {
    const from = EXAMPLE.indexOf('  - name: billing');
    const service = EXAMPLE.slice(from, EXAMPLE.indexOf('accessPolicy'));
    expect(problemsOf(EXAMPLE.replace('accessPolicy', `${service}accessPolicy`))).toEqual([
      { pointer: '/services/1/name', detail: 'repeats the service "billing"', line: 17 },
    ]);
  });
});

describe('a domain that a side lists', () => {
  const listed = (vendor: string, acme: string, ...more: [string, string][]) =>
    spelled(
      bent(
        ['  staff:', `  domains: ${vendor}\n  staff:`],
        ['    slack: {', `    domains: ${acme}\n    slack: {`],
        ...more,
      ),
    );

  test.each<[string, string, string, [string, string][], RegExp]>([
    ['is no domain', '["*.northwind.example"]', '[]', [], /^\/vendor\/domains\/0 must be a domain/],
    ['is another side’s', '[a.example]', '[A.example]', [], /^\/tenants\/0\/domains\/0 .*another side/],
    ['is there twice', '[a.example, a.example]', '[]', [], /^\/vendor\/domains\/1 repeats/],
    [
      'has a customer’s person in it',
      '[northwind.example]',
      '[acme.example]',
      [['bob@acme.example', 'bob@mail.northwind.example']],
      /^\/tenants\/0\/people\/1\/email .*domain of another side/,
    ],
    [
      'has vendor staff in it',
      '[]',
      '[acme.example]',
      [['max@northwind.example', 'max@acme.example']],
      /^\/vendor\/staff\/1\/email .*domain of another side/,
    ],
  ])('%s', (_what, vendor, acme, more, expected) => {
    expect(listed(vendor, acme, ...more)).toEqual([expect.stringMatching(expected)]);
  });

  test('leaves all other domains to everyone', () => {
    expect(listed('[northwind.example]', '[acme.example]', ['bob@acme.example', 'bob@mail.test'])).toEqual(
      [],
    );
  });
});

describe('several mistakes', () => {
  test('of every kind are told at once, in the order of the file', () => {
    const text = bent(
      ['  name: Northwind', '  colour: red\n  name: Northwind'],
      ['[security-admin]', '[security-admin, engineer]'],
      ['/tenants/{tenant}/invoices"', '/invoices"'],
      ['action: read }', 'action: "*" }'],
      ['action: update }', 'action: update, verb: x }'],
      ['tokenTtl: PT5M', 'tokenTtl: soon'],
      [
        'bob@acme.example, name: Bob Chen,   roles: [approver]',
        'ADA@acme.example, name: Bob Chen, roles: [boss]',
      ],
      ['approvals: 1', 'approvals: 2'],
      ['service: billing, resource: "payroll/**"', 'service: nope, resource: "//"'],
    );
    expect(problemsOf(text).map(({ pointer, line }) => `${line} ${pointer}`)).toEqual([
      '2 /vendor/colour',
      '8 /vendor/staff/2/roles',
      '15 /services/0/routes/0/path',
      '16 /services/0/routes/1/action',
      '17 /services/0/routes/2/verb',
      '18 /accessPolicy/tokenTtl',
      '24 /tenants/0/people/1/roles/0',
      '24 /tenants/0/people/1/email',
      '26 /tenants/0/privacyControls/approvals',
      '30 /tenants/0/privacyControls/forbid/0/resource',
      '30 /tenants/0/privacyControls/forbid/0/service',
    ]);
  });
});

describe('text that is no organisation file', () => {
  test.each([
    ['nothing', '', /set of named members/],
    ['a list', '- a', /set of named members/],
    ['a repeated key', 'vendor: {}\nvendor: {}', /unique/],
    ['a custom tag', 'vendor: !!js/function "x"', /tag/],
    ['two documents', '--- {}\n--- {}', /more than one/],
    ['an open list', 'vendor: [', /YAML/],
    ['nesting without end', '['.repeat(20_000), /nested too deeply/],
    ['an alias to nothing', 'vendor: *nobody', /YAML/],
    ['a file beyond all measure', ' '.repeat(16 * 1024 ** 2 + 1), /larger than 16 MiB/],
  ])('%s is refused', (_name, text, detail) => {
    expect(problemsOf(text).map((problem) => problem.detail)).toEqual(
      expect.arrayContaining([expect.stringMatching(detail)]),
    );
  });

  test('a bomb of aliases is refused without being expanded', () => {
    const layers = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`);
    expect(spelled(`l0: &l0 [x,x,x]\n${layers.join('\n')}`)).toEqual([
      ' uses YAML aliases in a way that is not accepted',
    ]);
  });

  test('P13: whatever the text, the parser answers and never throws', () => {
    const yamlish = fc.oneof(
      anyText(),
      fc.json(),
      fc.anything().map((value) => safely(() => stringify(value)) ?? ''),
      fc
        .tuple(fc.nat(EXAMPLE.length), fc.nat(40), fc.string())
        .map(([at, cut, text]) => EXAMPLE.slice(0, at) + text + EXAMPLE.slice(at + cut)),
    );
    fc.assert(
      fc.property(yamlish, (text) => {
        const parsed = parseOrganisation(text, everythingThere);
        expect(parsed.organisation === undefined).toBe(parsed.problems !== undefined);
        for (const problem of parsed.problems ?? []) expect(problem.pointer).toMatch(/^(\/|$)/);
      }),
      { numRuns: samples('arbitraryFiles') },
    );
  });

  test('P13: any one value of the file replaced by any other is refused or gives a whole organisation', () => {
    const members = ['vendor', 'services', 'tenants', 'accessPolicy'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 3 }), (name, value) => {
        const text = JSON.stringify({
          vendor: { name: 'V', staff: [] },
          services: [],
          tenants: [],
          [name]: value,
        });
        const parsed = parseOrganisation(text, everythingThere);
        expect(parsed.problems === undefined || parsed.problems.length > 0).toBe(true);
      }),
    );
  });
});

function safely<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

describe('a database', () => {
  const listed = (entry: string) => bent(['services:\n', `services:\n  - ${entry}\n`]);
  const upstream = 'upstream: "postgres://localhost/books"';

  test('has its one route, which the file does not list', () => {
    const { services } = organisationOf(listed(`{ name: books, kind: postgres, ${upstream} }`));
    expect(services[0]).toEqual({
      name: 'books',
      upstream: 'postgres://localhost/books',
      audience: 'books',
      tenantFrom: 'path',
      routes: [{ method: 'POST', path: '/tenants/{tenant}/sql', resource: 'sql/books', action: 'read' }],
    });
  });

  test.each([
    ['without its kind', `{ name: books, ${upstream}, routes: [] }`, '/services/0/kind'],
    ['with routes', `{ name: books, kind: postgres, ${upstream}, routes: [] }`, '/services/0/routes'],
    [
      'at an HTTP address',
      '{ name: books, kind: postgres, upstream: "https://a.example" }',
      '/services/0/kind',
    ],
    [
      'with a password',
      '{ name: books, kind: postgres, upstream: "postgres://a:b@c/d" }',
      '/services/0/upstream',
    ],
    [
      'with an origin',
      `{ name: books, kind: postgres, ${upstream}, origin: "https://b.gw.example" }`,
      '/services/0/origin',
    ],
  ])('%s is refused', (_name, entry, pointer) => {
    expect(problemsOf(listed(entry)).map((problem) => problem.pointer)).toContain(pointer);
  });
});

describe('access policy by service, action and group', () => {
  const POLICY = 'requestTtl: PT12H }';
  const withRules = (rules: string) => bent([POLICY, `requestTtl: PT12H, rules: ${rules} }`]);
  const grouped = (text: string) =>
    text.replace('roles: [engineer] }', 'roles: [engineer], groups: [finance, on-call] }');

  test('a rule keeps what it says, with durations in seconds and nothing filled in', () => {
    const { organisation, warnings } = parseOrganisation(
      grouped(
        withRules(
          '[{ services: [billing], actions: [update], groups: [finance], vendorReviews: 1, maxDuration: PT30M, ticketRequired: true, invitationSuffices: false, hours: { days: [mon, fri], from: "08:00", to: "24:00", zone: Europe/Berlin } }, { ticketRequired: true }]',
        ),
      ),
      everythingThere,
    );
    expect(warnings).toEqual([]);
    expect(organisation?.accessPolicy.rules).toEqual([
      {
        services: ['billing'],
        actions: ['update'],
        groups: ['finance'],
        vendorReviews: 1,
        maxDuration: 1_800,
        ticketRequired: true,
        invitationSuffices: false,
        hours: { days: ['mon', 'fri'], from: '08:00', to: '24:00', zone: 'Europe/Berlin' },
      },
      { ticketRequired: true },
    ]);
    expect(organisation?.vendor.staff.map(({ groups }) => groups)).toEqual([
      ['finance', 'on-call'],
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['{ only: [billing] }', '/accessPolicy/rules/0/only'],
    ['{ services: [crm] }', '/accessPolicy/rules/0/services/0'],
    ['{ services: [] }', '/accessPolicy/rules/0/services'],
    ['{ actions: ["*"] }', '/accessPolicy/rules/0/actions/0'],
    ['{ actions: [read, read] }', '/accessPolicy/rules/0/actions/1'],
    ['{ groups: [] }', '/accessPolicy/rules/0/groups'],
    ['{ groups: [Finance] }', '/accessPolicy/rules/0/groups/0'],
    ['{ vendorReviews: -1 }', '/accessPolicy/rules/0/vendorReviews'],
    ['{ maxDuration: an hour }', '/accessPolicy/rules/0/maxDuration'],
    ['{ ticketRequired: "yes" }', '/accessPolicy/rules/0/ticketRequired'],
    ['{ hours: { days: [], from: "08:00", to: "18:00", zone: UTC } }', '/accessPolicy/rules/0/hours/days'],
    [
      '{ hours: { days: [monday], from: "08:00", to: "18:00", zone: UTC } }',
      '/accessPolicy/rules/0/hours/days/0',
    ],
    ['{ hours: { days: [mon], from: "8", to: "18:00", zone: UTC } }', '/accessPolicy/rules/0/hours/from'],
    ['{ hours: { days: [mon], from: "22:00", to: "06:00", zone: UTC } }', '/accessPolicy/rules/0/hours/to'],
    [
      '{ hours: { days: [mon], from: "08:00", to: "18:00", zone: Atlantis } }',
      '/accessPolicy/rules/0/hours/zone',
    ],
    ['{ hours: { days: [mon], from: "08:00", to: "18:00" } }', '/accessPolicy/rules/0/hours/zone'],
  ])('P13: refuses %s at its place', (rule, pointer) => {
    expect(problemsOf(withRules(`[${rule}]`)).map((problem) => problem.pointer)).toEqual([pointer]);
  });

  test('warns of what holds for nothing, or shuts everybody out', () => {
    const { warnings } = parseOrganisation(
      withRules('[{ actions: [erase], groups: [finance], vendorReviews: 2 }]'),
      everythingThere,
    );
    expect(warnings?.map(({ pointer }) => pointer)).toEqual([
      '/accessPolicy/rules/0/actions/0',
      '/accessPolicy/rules/0/groups/0',
      '/accessPolicy/rules/0/vendorReviews',
    ]);
  });

  test('people of both sides have groups: lower-case words, each once', () => {
    const text = (groups: string) =>
      bent(['roles: [approver, admin] }', `roles: [approver, admin], groups: ${groups} }`]);
    expect(problemsOf(text('[owners, dpo]'))).toEqual([]);
    expect(problemsOf(text('[owners, owners, DPO]')).map(({ pointer }) => pointer)).toEqual([
      '/tenants/0/people/0/groups/2',
      '/tenants/0/people/0/groups/1',
    ]);
  });
});

describe('place and employer', () => {
  const STAFF = 'roles: [engineer] }';
  const CONTROLS = '      approvals: 1\n';
  const withControls = (members: string, staff = '') =>
    bent([STAFF, `roles: [engineer]${staff} }`], [CONTROLS, `${CONTROLS}      ${members}\n`]);
  const pointersOf = (text: string) => problemsOf(text).map(({ pointer }) => pointer);
  const warningsOf = (text: string) =>
    (parseOrganisation(text, everythingThere).warnings ?? []).map(({ pointer }) => pointer);

  test('what the file states, which claims it maps, and what a rule requires are read as they are written', () => {
    const text = withControls(
      'rules: [{ requesters: { countries: [DE, FR], entities: ["Müller GmbH"], employment: [employee], verifiedOnly: true } }]',
      ', country: DE, entity: "Müller GmbH"',
    ).replace('./data/oidc-vendor }', './data/oidc-vendor, claims: { employment: user_type } }');
    const { vendor, tenants } = organisationOf(text);
    expect(vendor.staff[0]?.facts).toEqual({ country: 'DE', entity: 'Müller GmbH' });
    expect(vendor.staff[1]).not.toHaveProperty('facts');
    expect(vendor.oidc?.claims).toEqual({ employment: 'user_type' });
    expect(tenants[0]?.privacyControls.rules?.[0]?.requesters).toEqual({
      ...{ countries: ['DE', 'FR'], entities: ['Müller GmbH'] },
      ...{ employment: ['employee'], verifiedOnly: true },
    });
    expect(warningsOf(text)).toEqual([]);
  });

  const RULE = '/tenants/0/privacyControls/rules/0/requesters';
  const SUPERVISED = '/tenants/0/privacyControls/supervision/0';
  test.each([
    ['rules: [{ requesters: { countries: [EU] } }]', `${RULE}/countries/0`],
    ['rules: [{ requesters: { countries: [de] } }]', `${RULE}/countries/0`],
    ['rules: [{ requesters: { countries: [] } }]', `${RULE}/countries`],
    ['rules: [{ requesters: { employment: [boss] } }]', `${RULE}/employment/0`],
    ['rules: [{ requesters: { verifiedOnly: true } }]', RULE],
    [
      'supervision: [{ name: a, count: other-country, actions: [read], over: 0, within: PT1H, do: stop }]',
      `${SUPERVISED}/actions`,
    ],
    ['places: [{ country: DE, networks: ["10.0.0.1/8"] }]', '/tenants/0/privacyControls/places/0/networks/0'],
    ['places: [{ country: DE, networks: ["0.0.0.0/0"] }]', '/tenants/0/privacyControls/places/0/networks/0'],
  ])('P13: refuses %s at its place', (members, pointer) => {
    expect(pointersOf(withControls(members))).toEqual([pointer]);
  });

  test('a tenant’s provider has no claims for it', () => {
    const text = bent(['./data/oidc-acme }', './data/oidc-acme, claims: { country: ctry } }']);
    expect(pointersOf(text)).toEqual(['/tenants/0/oidc/claims']);
  });

  test('warns of a rule that refuses everyone, and of one that sees nothing', () => {
    const rules = 'rules: [{ requesters: { countries: [DE], employment: [employee] } }]';
    const abroad = 'supervision: [{ name: a, count: other-country, over: 0, within: PT1H, do: stop }]';
    const text = withControls(`${rules}\n      ${abroad}`, ', country: DE');
    expect(warningsOf(text)).toEqual([`${RULE}/employment`, `${SUPERVISED}/count`]);
    const places = 'places: [{ country: DE, networks: ["203.0.113.0/24"] }]';
    expect(warningsOf(withControls(`${abroad}\n      ${places}`))).toEqual([]);
  });
});
