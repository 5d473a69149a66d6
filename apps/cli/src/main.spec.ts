import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { specFolder } from '../../../test/support/spec-folder.js';
import {
  DIGEST,
  GRANT_ID,
  grantAnswer,
  invitationAnswer,
  REQUEST_ID,
  requestAnswer,
  reviewAnswer,
  serviceAnswer,
  TOKEN,
  terms,
  tokenAnswer,
  whoamiAnswer,
} from '../test/answers.js';
import { FakeServer, problem, type Seen } from '../test/fake-broker.js';
import { Terminal } from '../test/terminal.js';
import { run } from './main.js';

const KEY = 'csk_a-secret-of-ours';
let broker: FakeServer | undefined;

afterEach(async () => {
  await broker?.stop();
  broker = undefined;
});

type Routes = Parameters<typeof FakeServer.start>[0];

async function cli(argv: string[], routes: Routes = {}, stdin = '') {
  broker = await FakeServer.start(routes);
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: KEY }, stdin);
  const exit = await run(argv, terminal);
  const listeners = getEventListeners(terminal.signal, 'abort').length;
  return { exit, out: terminal.out, err: terminal.err, seen: broker.seen, listeners };
}

const person =
  (id: string, name: string, email = 'x@acme.example') =>
  () => ({
    body: { id, name, email, tenant: null, roles: [], removedAt: null },
  });

const bodies = (seen: Seen[], method = 'POST') =>
  seen.filter((each) => each.method === method).map(({ body }) => body);

const ASK = ['request', 'acme', 'billing', '--scope', 'invoices/*:read', '--for', 'PT1H', '--reason', 'x'];

describe('flags', () => {
  test.each([
    [['nope'], /unknown command/],
    [['whoami', '--nope'], /unknown option/],
    [['request', 'acme', 'billing', '--for', 'PT1H', '--reason', 'x'], /--scope/],
    [
      ['request', 'acme', 'billing', '--scope', 'invoices', '--for', 'PT1H', '--reason', 'x'],
      /RESOURCE:ACTION/,
    ],
    [['request', 'acme', 'billing', '--scope', 'a:b,', '--for', 'PT1H', '--reason', 'x'], /RESOURCE:ACTION/],
    [['request', 'acme', 'billing', '--scope', 'a:b', '--for', '1w', '--reason', 'x'], /30m, 2h or PT1H/],
    [['request', 'acme', 'billing', '--scope', 'a:b', '--for', '30m2h', '--reason', 'x'], /30m, 2h or PT1H/],
    [['extend', GRANT_ID, '--for', '0m', '--reason', 'x'], /30m, 2h or PT1H/],
    [['log', 'Acme'], /slug/],
    [['completion', 'tcsh'], /bash, zsh, fish/],
    [[...ASK, '--start-at', 'tomorrow'], /instant with its zone/],
    [[...ASK, '--start-on', 'monday'], /approval, first-use/],
    [[...ASK, '--start-on', 'first-use'], /--use-by/],
    [[...ASK, '--calls', '0'], /whole number/],
    [['review', REQUEST_ID], /--approve or --deny/],
    [['review', REQUEST_ID, '--approve', '--deny'], /--approve or --deny/],
    [['review', REQUEST_ID, '--counter'], /--scope, --for/],
    [['review', REQUEST_ID, '--counter', '--preset', 'half'], /half-time/],
    [['review', REQUEST_ID, '--counter', '--preset', 'only='], /only=RESOURCE/],
    [['review', REQUEST_ID, '--counter', '--preset', 'half-time', '--for', 'PT1M'], /takes the place/],
    [['review', REQUEST_ID, '--approve', '--preset', 'half-time'], /go with --counter/],
    [['invite', 'billing', '--scope', 'a:b'], /--until/],
    [['invite', 'billing', '--scope', 'a:b', '--until', 'Friday'], /instant with its zone/],
    [['invite', 'billing', '--scope', 'a', '--until', '2099-01-01T00:00:00Z'], /RESOURCE:ACTION/],
    [
      ['invite', 'billing', '--scope', 'a:b', '--until', '2099-01-01T00:00:00Z', '--uses', '0'],
      /whole number/,
    ],
    [['invitations', '--limit', '0'], /1 to 200/],
    [['withdraw', GRANT_ID], /inv_/],
    [['review', REQUEST_ID, '--approve', '--for', 'PT1H'], /go with --counter/],
    [['review', GRANT_ID, '--approve'], /req_/],
    [['revoke', GRANT_ID], /--reason/],
    [['show', 'abc'], /req_.+grt_.+@last/],
    [['extend', '@lst', '--for', '1h', '--reason', 'x'], /grt_, or @last, is needed/],
    [['help', 'extnd'], /unknown command 'extnd'\n\(Did you mean extend\?\)/],
    [['requests', '--limit', '201'], /1 to 200/],
    [['proxy', GRANT_ID, '--port', '99999'], /whole number/],
    [['proxy', GRANT_ID], /either --port or --socket/],
    [['proxy', GRANT_ID, '--port', '0', '--socket', 'x'], /either --port or --socket/],
    [['curl', GRANT_ID, '--', '-s'], /begins with "\/"/],
    [['curl', GRANT_ID, '--', '--url', 'https://evil.example', '/x'], /refused/],
    [['explain', 'GET', 'invoices', '--grant', GRANT_ID], /begin with/],
    [['keys', 'create', '--principal', 'a@b.example', '--ttl', 'never'], /30m, 2h or PT1H/],
    [['keys', 'create', '--principal', 'a@b.example', '--ttl', 'P400D'], /at most P90D/],
    [['token-check', '--jwks', 'x', '--issuer', 'i'], /--audience/],
  ])('%j exits with 2 and sends nothing', async (argv, said) => {
    const { exit, out, err, seen } = await cli(argv);
    expect([exit, out, seen]).toEqual([2, '', []]);
    expect(err).toMatch(/^error\[invalid_usage\]: /);
    expect(err).toMatch(said);
  });

  test('help goes to stdout and exits with 0', async () => {
    const { exit, out } = await cli(['request', '--help']);
    expect([exit, out]).toEqual([0, expect.stringContaining('Examples:')]);
  });
});

describe('request', () => {
  const answer = grantAnswer('http://localhost:4100/billing');
  const routes: Routes = {
    'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer() }),
    'GET /api/v1/whoami': () => ({ body: whoamiAnswer() }),
    'GET /api/v1/grants': () => ({ body: { items: [answer], next: null } }),
  };

  test('sends start, deadline and budget, in whole seconds of UTC', async () => {
    const flags = ['--start-on', 'first-use', '--use-by', '2026-11-27T18:00:00+01:00', '--calls', '3'];
    const { exit, seen } = await cli([...ASK, ...flags], routes);
    expect(exit).toBe(0);
    expect(bodies(seen)).toEqual([
      expect.objectContaining({
        startsOn: 'first-use',
        useBy: '2026-11-27T17:00:00Z',
        budget: { calls: 3 },
      }),
    ]);
  });

  test('names a grant that is held already and fits; without a terminal it requests access all the same', async () => {
    const { err, seen } = await cli(ASK, routes);
    expect(err).toContain(`You hold ${GRANT_ID}`);
    expect(bodies(seen)).toHaveLength(1);
  });

  test('offers a fitting grant at a terminal; after a no it requests nothing', async () => {
    broker = await FakeServer.start(routes);
    const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: KEY });
    const exit = await run(ASK, Object.assign(terminal, { confirm: async () => false }));
    expect([exit, terminal.out]).toEqual([0, expect.stringContaining(GRANT_ID)]);
    expect(bodies(broker.seen)).toEqual([]);
  });

  test.each(['stopped', 'locked'] as const)('a grant that is %s is not offered', async (access) => {
    const grants = { items: [grantAnswer('http://localhost:4100', { access })], next: null };
    const { err, seen } = await cli(ASK, { ...routes, 'GET /api/v1/grants': () => ({ body: grants }) });
    expect(err).not.toContain('You hold');
    expect(bodies(seen)).toHaveLength(1);
  });

  test('a grant that allows less than what is wanted is not offered', async () => {
    const { err } = await cli(
      ASK.map((each) => (each === 'invoices/*:read' ? 'invoices/*:update' : each)),
      routes,
    );
    expect(err).not.toContain('You hold');
  });
});

describe('counter-offers', () => {
  const only = (resource: string, actions: string[]) => ({ resource, actions });

  test('are the complete terms, narrower, whose parent is the digest that was shown', async () => {
    const asked = requestAnswer({ state: 'awaiting_customer', terms: terms() });
    const { exit, out, err, seen } = await cli(
      [
        'review',
        REQUEST_ID,
        '--counter',
        '--for',
        'PT10M',
        '--scope',
        'invoices/17:read',
        '--reason',
        'less',
      ],
      {
        [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: asked }),
        [`POST /api/v1/requests/${REQUEST_ID}/reviews`]: () => ({
          status: 201,
          body: reviewAnswer({ decision: 'counter', side: 'customer' }),
        }),
      },
    );
    expect([exit, out]).toEqual([0, expect.stringMatching(/^Made a counter-offer on req_/)]);
    expect(err).toContain(DIGEST);
    expect(bodies(seen)).toEqual([
      {
        decision: 'counter',
        digest: DIGEST,
        reason: 'less',
        terms: {
          ...terms(),
          parent: DIGEST,
          seconds: 600,
          scope: [{ resource: 'invoices/17', actions: ['read'] }],
        },
      },
    ]);
  });

  test.each([
    ['half-time', { seconds: 1_800 }],
    [
      'only=invoices/17,invoices/18',
      { scope: ['17', '18'].map((id) => only(`invoices/${id}`, ['read', 'update'])) },
    ],
    ['read-only', { scope: [only('invoices/*', ['read'])] }],
  ])('by the preset %s', async (preset, change) => {
    const wide = { ...terms(), scope: [only('invoices/*', ['read', 'update'])] };
    const { exit, seen } = await cli(['review', REQUEST_ID, '--counter', '--preset', preset], {
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: requestAnswer({ terms: wide }) }),
      'GET /api/v1/services/billing': () => ({ body: serviceAnswer() }),
      [`POST /api/v1/requests/${REQUEST_ID}/reviews`]: () => ({
        status: 201,
        body: reviewAnswer({ decision: 'counter' }),
      }),
    });
    expect(exit).toBe(0);
    expect(bodies(seen)).toEqual([
      { decision: 'counter', digest: DIGEST, terms: { ...wide, ...change, parent: DIGEST } },
    ]);
  });

  test('a preset that leaves nothing offers nothing', async () => {
    const { exit, err, seen } = await cli(
      ['review', REQUEST_ID, '--counter', '--preset', 'only=customers/1'],
      { [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: requestAnswer({ terms: terms() }) }) },
    );
    expect([exit, bodies(seen)]).toEqual([1, []]);
    expect(err).toMatch(/^error\[nothing_to_offer\]/m);
  });

  const offered = { ...terms(), parent: DIGEST, seconds: 600 };
  const offer = { digest: `sha256:${'c'.repeat(64)}`, terms: offered, review: 'rev_1', person: 'usr_1' };

  test('accept shows the offer and accepts exactly what it showed', async () => {
    const { exit, err, seen } = await cli(['accept', REQUEST_ID], {
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: requestAnswer({ state: 'countered', offer }) }),
      [`POST /api/v1/requests/${REQUEST_ID}/acceptance`]: () => ({
        body: requestAnswer({ state: 'approved', grant: GRANT_ID, offer: null }),
      }),
      'GET /api/v1/people/usr_1': person('usr_1', 'Ada Moreau'),
    });
    expect(exit).toBe(0);
    expect(err).toMatch(/for 10 min\n +by Ada Moreau \(usr_1\)/);
    expect(bodies(seen)).toEqual([{ digest: offer.digest }]);
  });

  test('accept without an offer changes nothing', async () => {
    const { exit, err, seen } = await cli(['accept', REQUEST_ID], {
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: requestAnswer() }),
    });
    expect([exit, bodies(seen)]).toEqual([1, []]);
    expect(err).toMatch(/^error\[wrong_state\]/);
  });
});

test('a request is forwarded to the colleague who has this address, or to no one', async () => {
  const routes = {
    [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({
      body: requestAnswer({ forwardTo: ['usr_1', 'usr_2'] }),
    }),
    'GET /api/v1/people/usr_1': person('usr_1', 'Ada Moreau', 'ada@acme.example'),
    'GET /api/v1/people/usr_2': person('usr_2', 'Bob Chen', 'bob@acme.example'),
    [`POST /api/v1/requests/${REQUEST_ID}/forwards`]: () => ({
      status: 201,
      body: {
        ...{ number: 1, kind: 'forward', person: 'usr_1', to: 'usr_2', text: null },
        at: '2026-11-24T12:00:00Z',
      },
    }),
  };
  const { exit, seen } = await cli(['forward', REQUEST_ID, '--to', 'Bob@acme.example'], routes);
  expect([exit, bodies(seen)]).toEqual([0, [{ to: 'usr_2' }]]);
  await broker?.stop();
  const other = await cli(['forward', REQUEST_ID, '--to', 'eve@acme.example'], routes);
  expect([other.exit, bodies(other.seen)]).toEqual([1, []]);
  expect(other.err).toMatch(/^error\[not_found\]: No one with this address/);
});

describe('invitations', () => {
  const me = (tenant: string | null) => ({
    'GET /api/v1/whoami': () => ({ body: whoamiAnswer(tenant) }),
  });
  const answer = invitationAnswer();
  const PATH = '/api/v1/tenants/acme/invitations';
  const INVITE = ['invite', 'billing', '--scope', 'invoices/*:read', '--until', '2026-11-27T18:00:00+01:00'];

  test('invite opens an invitation of the caller’s own tenant, in whole seconds of UTC', async () => {
    const { exit, out, err, seen } = await cli(
      [
        ...INVITE,
        '--ticket',
        '4711',
        '--for',
        'PT1H',
        '--uses',
        '3',
        '--calls',
        '50',
        '--start-at',
        '2026-11-25T08:00Z',
      ],
      {
        ...me('acme'),
        [`POST ${PATH}`]: () => ({ status: 201, body: answer }),
        [`GET /api/v1/people/${answer.person}`]: person(answer.person, 'Ada Moreau'),
      },
    );
    expect(exit).toBe(0);
    expect(out).toContain(`Ada Moreau (${answer.person})`);
    expect(bodies(seen)).toEqual([
      {
        service: 'billing',
        scope: [{ resource: 'invoices/*', actions: ['read'] }],
        until: '2026-11-27T17:00:00Z',
        notBefore: '2026-11-25T08:00:00Z',
        ticket: '4711',
        maxDuration: 'PT1H',
        uses: 3,
        budget: { calls: 50 },
      },
    ]);
    expect(seen.find(({ method }) => method === 'POST')?.headers['idempotency-key']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
    for (const said of [answer.id, 'read on invoices/*', 'at most 1 h', 'at most 50 calls', '4711', '1 of 3'])
      expect(out).toContain(said);
    expect(err).toContain(`countersign withdraw ${answer.id}`);
  });

  test('invite --unmasked lets requests ask for hidden fields, and the invitation says so', async () => {
    const { out, seen } = await cli([...INVITE, '--unmasked'], {
      ...me('acme'),
      [`POST ${PATH}`]: () => ({ status: 201, body: { ...answer, unmasked: true } }),
    });
    expect(bodies(seen)).toEqual([expect.objectContaining({ unmasked: true })]);
    expect(out).toMatch(/hidden fields +may be shown in full/);
  });

  test('flags that are absent are not sent', async () => {
    const { out, seen } = await cli([...INVITE, '--json'], {
      ...me('acme'),
      [`POST ${PATH}`]: () => ({ status: 201, body: answer }),
    });
    expect(Object.keys(bodies(seen)[0] as object)).toEqual(['service', 'scope', 'until']);
    expect(JSON.parse(out)).toEqual(answer);
  });

  test('invite limits it to weekly times and to engineers, and shows the next time', async () => {
    const recurs = { zone: 'Europe/Berlin', days: ['tue', 'thu'], from: '22:00', to: '24:00' };
    const next = { from: '2026-11-26T21:00:00Z', until: '2026-11-26T23:00:00Z' };
    const weekly = { ...answer, recurs: { ...recurs, next }, requesters: [answer.person] };
    const flags = ['--every', 'thu,tue', '--from', '22:00', '--to', '24:00', '--zone', 'Europe/Berlin'];
    const people = ['--engineer', 'erin@northwind.example', '--engineer', 'max@northwind.example'];
    const { out, seen } = await cli([...INVITE, ...flags, ...people], {
      ...me('acme'),
      [`POST ${PATH}`]: () => ({ status: 201, body: weekly }),
    });
    expect(bodies(seen)[0]).toMatchObject({
      recurs,
      requesters: ['erin@northwind.example', 'max@northwind.example'],
    });
    expect(out).toContain('every Tuesday and Thursday from 22:00 to 24:00 (Europe/Berlin)');
    expect(out).toContain('2026-11-26T21:00:00Z until 2026-11-26T23:00:00Z');
  });

  test.each([
    [['--every', 'tue'], 'all of --every, --from, --to and --zone'],
    [
      ['--every', 'tuesday', '--from', '22:00', '--to', '24:00', '--zone', 'UTC'],
      'days of the week, each once',
    ],
    [
      ['--every', 'tue,tue', '--from', '22:00', '--to', '24:00', '--zone', 'UTC'],
      'days of the week, each once',
    ],
  ])('invite %j is used wrongly', async (flags, expected) => {
    const { exit, err } = await cli([...INVITE, ...flags], me('acme'));
    expect([exit, err]).toEqual([2, expect.stringContaining(expected)]);
  });

  test('invitations lists by filters and names the next page; vendor staff name the tenant', async () => {
    const routes = { [`GET ${PATH}`]: () => ({ body: { items: [answer], next: 'abc' } }) };
    const own = await cli(['invitations', '--state', 'open', '--service', 'billing'], {
      ...me('acme'),
      ...routes,
    });
    expect(own.seen.at(-1)?.url).toBe(`${PATH}?state=open&service=billing`);
    expect(own.out).toContain(answer.id);
    expect(own.err).toContain('--cursor abc');
    await broker?.stop();
    const vendor = await cli(['invitations', '--tenant', 'acme'], routes);
    expect([vendor.exit, vendor.seen.map(({ url }) => url)]).toEqual([0, [PATH]]);
    await broker?.stop();
    const nowhere = await cli(['invitations'], { ...me(null), ...routes });
    expect([nowhere.exit, nowhere.err]).toEqual([1, expect.stringMatching(/^error\[tenant_required\]/)]);
  });

  test('withdraw sends the reason and shows the invitation as it is now', async () => {
    const withdrawn = { ...answer, state: 'withdrawn' };
    const { exit, out, seen } = await cli(['withdraw', answer.id, '--reason', 'Case closed'], {
      ...me('acme'),
      [`DELETE ${PATH}/${answer.id}`]: () => ({ body: withdrawn }),
    });
    expect([exit, bodies(seen, 'DELETE')]).toEqual([0, [{ reason: 'Case closed' }]]);
    expect(out).toContain('withdrawn');
  });

  test('request --invited needs an invitation, and the answer names it', async () => {
    const { out, seen } = await cli([...ASK, '--invited'], {
      'GET /api/v1/grants': () => ({ body: { items: [], next: null } }),
      'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer({ invitation: answer.id }) }),
    });
    expect(bodies(seen)).toEqual([expect.objectContaining({ basis: 'invitation' })]);
    expect(out).toContain(answer.id);
  });
});

describe('locks', () => {
  const LOCK = 'lck_0193a5e0-0000-7000-8000-000000000009';
  const answer = {
    id: LOCK,
    kind: 'tenant',
    name: 'acme',
    tenant: 'acme',
    side: 'customer',
    reason: 'audit',
    expiresAt: null,
  };

  test('lock sends kind, name, reason and time; locks lists; unlock lifts', async () => {
    const routes: Routes = {
      'POST /api/v1/locks': () => ({ status: 201, body: answer }),
      'GET /api/v1/locks': () => ({ body: { items: [answer], next: null } }),
      [`DELETE /api/v1/locks/${LOCK}`]: () => ({ body: answer }),
    };
    const set = await cli(['lock', 'tenant', 'acme', '--reason', 'audit', '--for', 'PT1H'], routes);
    expect(bodies(set.seen)).toEqual([{ kind: 'tenant', name: 'acme', reason: 'audit', duration: 'PT1H' }]);
    await broker?.stop();
    expect((await cli(['locks'], routes)).out).toContain(LOCK);
    await broker?.stop();
    expect((await cli(['unlock', LOCK, '--json'], routes)).out).toContain('"kind": "tenant"');
  });

  test('what cannot be locked is refused before any call', async () => {
    const { exit, seen } = await cli(['lock', 'world', 'x', '--reason', 'y']);
    expect([exit, seen]).toEqual([2, []]);
  });
});

describe('errors', () => {
  test('without a key says what to set', async () => {
    const terminal = new Terminal({});
    expect(await run(['whoami'], terminal)).toBe(1);
    expect(terminal.err).toMatch(/^error\[unauthenticated\]: .*COUNTERSIGN_API_KEY/);
  });

  test('P11: a bad variable is named by key and rule, never by value', async () => {
    const terminal = new Terminal({
      COUNTERSIGN_BROKER_URL: 'http://hunter2.example',
      COUNTERSIGN_API_KEY: KEY,
    });
    expect(await run(['whoami'], terminal)).toBe(1);
    expect(terminal.err).toBe(
      'error[invalid_config]: COUNTERSIGN_BROKER_URL must be https (plain http is accepted for loopback addresses and localhost only)\n',
    );
  });

  test('a key file that cannot be opened exits with 2', async () => {
    const terminal = new Terminal({ COUNTERSIGN_API_KEY_FILE: '/nowhere/at/all' });
    expect(await run(['whoami'], terminal)).toBe(2);
    expect(terminal.err).toMatch(/^error\[invalid_config\]: COUNTERSIGN_API_KEY_FILE .*ENOENT/);
  });

  test('with --json a failure prints one document, and bad flags print none', async () => {
    const env = { COUNTERSIGN_BROKER_URL: 'http://localhost:1', COUNTERSIGN_API_KEY: KEY };
    const failing = new Terminal(env);
    expect(await run(['whoami', '--json'], failing)).toBe(1);
    expect(JSON.parse(failing.out)).toEqual({ code: 'broker_unreachable', detail: expect.any(String) });
    const mistaken = new Terminal(env);
    expect(await run(['show', 'abc', '--json'], mistaken)).toBe(2);
    expect(mistaken.out).toBe('');
  });

  test('a broker that cannot be reached', async () => {
    const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: 'http://localhost:1', COUNTERSIGN_API_KEY: KEY });
    expect(await run(['whoami'], terminal)).toBe(1);
    expect(terminal.err).toMatch(/^error\[broker_unreachable\]: /);
  });

  test('a refusal gives every reason, and with --json the whole problem on stdout', async () => {
    const refusals = [
      { code: 'forbidden_scope', detail: 'The customer forbids it.', pointer: '/scope/0' },
      { code: 'duration_too_long', detail: 'At most an hour.', pointer: '/duration' },
    ];
    const routes = {
      'POST /api/v1/requests': () => problem(422, 'request_refused', 'Refused.', { refusals }),
    };
    const argv = [
      'request',
      'acme',
      'billing',
      '--scope',
      'payroll/x:read',
      '--for',
      'PT9H',
      '--reason',
      'y',
    ];
    const plain = await cli(argv, routes);
    expect([plain.exit, plain.out]).toEqual([1, '']);
    expect(plain.err).toBe(
      'error[request_refused]: refused for these 2 reasons\nerror[forbidden_scope]: The customer forbids it.\nerror[duration_too_long]: At most an hour.\n',
    );
    await broker?.stop();
    const json = await cli([...argv, '--json'], routes);
    expect(JSON.parse(json.out)).toMatchObject({ code: 'request_refused', refusals });
  });

  test('text from elsewhere cannot control the terminal', async () => {
    const evil = 'x\u001b[2J\u202ey\nerror[fake]: z';
    const { err } = await cli(['show', REQUEST_ID], {
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => problem(403, 'forbidden', evil),
    });
    expect(err).toBe('error[forbidden]: x\\u{1b}[2J\\u{202e}y ⏎ error[fake]: z\n');
  });

  test('an answer that is not understood is a bad_answer', async () => {
    const { exit, err } = await cli(['whoami'], {
      'GET /api/v1/whoami': () => ({ body: '<html>', type: 'text/html' }),
    });
    expect([exit, err]).toEqual([1, expect.stringMatching(/^error\[bad_answer\]: /)]);
  });

  test('an id with slashes stays one segment', async () => {
    const { seen } = await cli(['show', `req_../../oauth${'0'.repeat(40)}`]);
    expect(seen[0]?.url).toBe(`/api/v1/requests/req_..%2F..%2Foauth${'0'.repeat(40)}`);
  });
});

describe('requesting and deciding', () => {
  const argv = [
    'request',
    'acme',
    'billing',
    '--scope',
    'invoices:list,read',
    'invoices/*:read',
    '--for',
    'PT1H',
    '--reason',
    'Case 4711',
    '--ticket',
    'T-1',
  ];

  test('request sends the request once, with an idempotency key', async () => {
    const { exit, out, seen } = await cli([...argv, '--json'], {
      'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer() }),
    });
    expect([exit, JSON.parse(out)]).toEqual([0, requestAnswer()]);
    expect(bodies(seen)).toEqual([
      {
        tenant: 'acme',
        service: 'billing',
        scope: [
          { resource: 'invoices', actions: ['list', 'read'] },
          { resource: 'invoices/*', actions: ['read'] },
        ],
        duration: 'PT1H',
        justification: 'Case 4711',
        ticket: 'T-1',
      },
    ]);
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'idempotency-key': expect.any(String),
    });
  });

  test.each([
    ['approved', 0],
    ['denied', 1],
    ['expired', 1],
  ])(
    '--wait prints each step on stderr, ends when it is %s, and prints the final document',
    async (state, exit) => {
      const approved = requestAnswer({
        state,
        reviews: [reviewAnswer()],
        grant: state === 'approved' ? GRANT_ID : null,
      });
      const outdatedBy = [{ code: 'locked' as const, from: null, to: null, channels: [] }];
      const locked = requestAnswer({ outdated: 'This cannot be approved now.', outdatedBy });
      let looks = 0;
      const result = await cli([...argv, '--wait', '--json'], {
        'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer() }),
        [`GET /api/v1/requests/${REQUEST_ID}`]: () => {
          looks += 1;
          // A lock may be lifted, so it ends no wait.
          return { body: looks === 1 ? locked : approved };
        },
        [`GET /api/v1/people/${reviewAnswer().person}`]: person(reviewAnswer().person, 'Max Lind'),
      });
      expect(result.exit).toBe(exit);
      expect(JSON.parse(result.out)).toEqual(approved);
      expect(result.err).toContain(`Vendor reviewer Max Lind (${reviewAnswer().person}) approved.`);
      expect(result.err).toContain(`The request is ${state}.`);
      const outcome = state === 'expired' ? 'was not decided in time' : 'was not approved';
      if (exit === 1) expect(result.err).toContain(`error[${state}]: ${REQUEST_ID} ${outcome}`);
    },
  );

  test('--wait ends if the rules have changed so that the request can no longer be approved', async () => {
    const outdated = requestAnswer({ outdated: 'The rules have changed.' });
    const { exit, out, err } = await cli([...argv, '--wait', '--json'], {
      'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer() }),
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: outdated }),
    });
    expect([exit, JSON.parse(out)]).toEqual([1, outdated]);
    expect(err).toContain('error[outdated]: The rules have changed. Send the request again');
  });

  test('--wait is woken by the event stream, and continues while the broker cannot be reached', async () => {
    let looks = 0;
    const routes: Routes = {
      'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer() }),
      'GET /api/v1/stream': () => ({ type: 'text/event-stream', hold: true }),
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => {
        looks += 1;
        if (looks === 1) return problem(429, 'rate_limited', 'Slow down.');
        return { body: requestAnswer({ state: 'approved', grant: GRANT_ID }) };
      },
    };
    const began = Date.now();
    const done = cli([...argv, '--wait'], routes);
    const knock = setInterval(() => broker?.push('event: request\ndata: {}\n\n'), 50);
    const { exit, err, listeners } = await done.finally(() => clearInterval(knock));
    expect(exit).toBe(0);
    expect(listeners).toBe(0);
    expect(err).toContain('still trying');
    expect(err).toContain(`countersign curl ${GRANT_ID}`);
    // Neither look waited for the timer of a connected stream (5 s).
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  test('review without --digest shows the request, decides on what was shown, and shows it as it is then', async () => {
    let state = 'awaiting_customer';
    const { exit, out, err, seen } = await cli(['review', REQUEST_ID, '--approve'], {
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: { ...requestAnswer(), state } }),
      [`POST /api/v1/requests/${REQUEST_ID}/reviews`]: () => {
        state = 'approved';
        return { status: 201, body: reviewAnswer() };
      },
    });
    expect(exit).toBe(0);
    expect(err).toContain('read on invoices/*');
    expect(out).toContain('Approved');
    expect(err).toContain('waits for the customer');
    expect(out).toMatch(/Now:[\s\S]*approved/);
    expect(out).not.toContain('waits for the customer');
    expect(bodies(seen)).toEqual([{ decision: 'approve', digest: DIGEST }]);
  });

  test('P1: review with --digest decides on exactly that digest', async () => {
    const { seen } = await cli(['review', REQUEST_ID, '--deny', '--reason', 'no', '--digest', 'sha256:old'], {
      [`POST /api/v1/requests/${REQUEST_ID}/reviews`]: () =>
        problem(409, 'digest_mismatch', 'It has changed.'),
    });
    expect(seen.map(({ method }) => method)).toEqual(['POST']);
    expect(bodies(seen)).toEqual([{ decision: 'deny', digest: 'sha256:old', reason: 'no' }]);
  });
});

describe('lists and grants', () => {
  test('a list passes its filters and names the next page', async () => {
    const { out, err, seen } = await cli(['grants', '--state', 'active', '--limit', '1'], {
      'GET /api/v1/grants': () => ({
        body: { items: [grantAnswer('http://localhost:1/billing')], next: 'abc' },
      }),
    });
    expect(seen[0]?.url).toBe('/api/v1/grants?state=active&limit=1');
    expect(out).toContain(GRANT_ID);
    expect(err).toBe('More: countersign grants --state active --limit 1 --cursor abc\n');
  });

  test('a search for requests passes its words and times, and the next page has them as one word', async () => {
    const search = ['--text', "it's wrong", '--ticket', 'CASE-4711', '--person', 'usr_1'];
    const { err, seen } = await cli(['requests', ...search, '--from', '2026-11-24T16:00:00+01:00'], {
      'GET /api/v1/requests': () => ({ body: { items: [], next: 'abc' } }),
    });
    expect(Object.fromEntries(new URL(`http://x${seen[0]?.url}`).searchParams)).toEqual({
      ...{ person: 'usr_1', from: '2026-11-24T15:00:00Z', ticket: 'CASE-4711', text: "it's wrong" },
    });
    expect(err).toContain(`--ticket CASE-4711 --text 'it'\\''s wrong' --cursor abc`);
  });

  test('token prints the token alone', async () => {
    const { out, err } = await cli(['token', GRANT_ID], {
      [`POST /api/v1/grants/${GRANT_ID}/tokens`]: () => ({ body: tokenAnswer() }),
    });
    expect(out).toBe(`${TOKEN}\n`);
    expect(err).not.toContain(TOKEN);
  });

  test.each([
    [['release', GRANT_ID], 'release', ''],
    [['revoke', GRANT_ID, '--reason', 'Case closed'], 'revocation', { reason: 'Case closed' }],
    [['resume', GRANT_ID], 'resumption', ''],
  ])('%j changes the grant', async (argv, how, body) => {
    const ended = grantAnswer('http://localhost:1/billing', { state: 'ended', endReason: 'revoked' });
    const { out, seen } = await cli(argv, {
      [`POST /api/v1/grants/${GRANT_ID}/${how}`]: () => ({ body: ended }),
      [`GET /api/v1/people/${ended.requester}`]: person(ended.requester, 'Erin Okafor'),
    });
    expect(out).toContain('ended (revoked)');
    expect(out).toContain(`Erin Okafor (${ended.requester})`);
    expect(bodies(seen)).toEqual([body]);
  });
});

const CALL = {
  id: 'rec_1',
  at: '2026-11-24T15:00:00.000Z',
  grant: GRANT_ID,
  digest: DIGEST,
  request: REQUEST_ID,
  service: 'billing',
  person: 'usr_1',
  method: 'GET',
  path: '/tenants/acme/invoices/17',
  route: null,
  resource: null,
  action: null,
  decision: 'refused',
  code: 'locked',
  count: 3,
  mode: 'gateway',
  droppedHeaders: [],
  context: null,
  trust: null,
  status: null,
  bytes: null,
  bodySha256: null,
  durationMs: null,
  outcome: null,
  gateway: 'gtw_1',
  boot: 'b',
  seq: 0,
};

describe('ids in short', () => {
  const OTHER = GRANT_ID.replace(/.$/, '9');
  const list = (...ids: string[]): Routes => ({
    'GET /api/v1/grants': () => ({
      body: { items: ids.map((id) => grantAnswer('http://localhost:4100', { id })), next: null },
    }),
    [`POST /api/v1/grants/${GRANT_ID}/tokens`]: () => ({ body: tokenAnswer() }),
  });

  test('the beginning of one grant names it', async () => {
    const begun = await cli(['token', GRANT_ID.slice(0, -1)], list(GRANT_ID, 'grt_other'));
    expect([begun.exit, begun.out]).toEqual([0, `${TOKEN}\n`]);
  });

  test('@last names the newest', async () => {
    const { exit, seen } = await cli(['token', '@last'], list(GRANT_ID));
    expect([exit, seen[0]?.url]).toEqual([0, '/api/v1/grants?limit=1']);
  });

  test('a beginning of two or of none names nothing, and nothing is done', async () => {
    const two = await cli(['token', GRANT_ID.slice(0, 8)], list(GRANT_ID, OTHER));
    expect([two.exit, two.err]).toEqual([1, expect.stringContaining('error[ambiguous_id]: 2 grants begin')]);
    await broker?.stop();
    const none = await cli(['revoke', 'grt_ffff', '--reason', 'x'], list(GRANT_ID));
    expect([none.exit, none.err]).toEqual([1, expect.stringContaining('error[not_found]')]);
    expect(bodies([...two.seen, ...none.seen])).toEqual([]);
  });
});

test('show of a request that no one decided in time says so, and when it lapsed', async () => {
  const lapsed = requestAnswer({ state: 'expired', lapsesAt: '2026-11-25T03:00:00Z' });
  const { out } = await cli(['show', REQUEST_ID], {
    [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: lapsed }),
  });
  expect(out).toMatch(/lapsed .+ ago\)\n +No one decided in time\./);
});

test('show of a grant that is locked says who locked it, since when and why', async () => {
  const by = 'usr_0193a5e0-0000-7000-8000-000000000009';
  const accessReason = {
    ...{ code: 'locked_person', by, at: '2026-11-24T15:20:00Z', side: 'customer', rule: null },
    ...{ why: 'an audit', text: 'The customer has locked the engineer: an audit' },
  };
  const grant = grantAnswer('http://localhost:4100', { access: 'locked', accessReason });
  const { out } = await cli(['show', GRANT_ID], {
    [`GET /api/v1/grants/${GRANT_ID}`]: () => ({ body: grant }),
    [`GET /api/v1/people/${by}`]: person(by, 'Ada Moreau'),
    [`GET /api/v1/people/${grant.requester}`]: person(grant.requester, 'Erin Okafor'),
  });
  expect(out).toContain(
    `The customer has locked the engineer: an audit. By Ada Moreau (${by}), since 2026-11-24T15:20:00Z`,
  );
});

describe('extend, calls and log', () => {
  test('extend requests more time, in any way to write a duration', async () => {
    const extended = `sha256:${'0'.repeat(64)}`;
    const asked = requestAnswer({ terms: { ...terms(), extends: extended } });
    const routes = {
      [`POST /api/v1/grants/${GRANT_ID}/extension`]: () => ({ status: 201, body: asked }),
    };
    const { exit, seen, out } = await cli(
      ['extend', GRANT_ID, '--for', '1h30m', '--reason', 'A second run'],
      routes,
    );
    expect([exit, bodies(seen)]).toEqual([0, [{ duration: 'PT1H30M', justification: 'A second run' }]]);
    expect(out).toContain(`the access with digest ${extended}`);
    expect(seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a change that is done is no failure if the names of its people cannot be read', async () => {
    const { requester } = requestAnswer();
    const { exit, out } = await cli(['extend', GRANT_ID, '--for', '1h', '--reason', 'A second run'], {
      [`POST /api/v1/grants/${GRANT_ID}/extension`]: () => ({ status: 201, body: requestAnswer() }),
      [`GET /api/v1/people/${requester}`]: () => problem(403, 'forbidden', 'Not for this key.'),
    });
    expect([exit, out]).toEqual([0, expect.stringContaining(requester)]);
  });

  test('calls shows what was called and why it was refused', async () => {
    const { out, seen } = await cli(['calls', GRANT_ID], {
      [`GET /api/v1/grants/${GRANT_ID}`]: () => ({ body: grantAnswer('http://localhost:4100') }),
      'GET /api/v1/tenants/acme/access-records': () => ({ body: { items: [CALL], next: null } }),
    });
    expect(seen.at(-1)?.url).toBe(`/api/v1/tenants/acme/access-records?grant=${GRANT_ID}`);
    expect(out).toContain('GET /tenants/acme/invoices/17');
    expect(out).toContain('refused: locked, 3 times');
  });

  test('calls shows how many fields of an answer were hidden, and why one was withheld', async () => {
    const allowed = {
      ...CALL,
      decision: 'allowed',
      code: null,
      count: 1,
      outcome: 'completed',
      masked: true,
    };
    const items = [
      { ...allowed, maskedFields: 2 },
      { ...allowed, outcome: 'failed', maskedFields: 0, withheld: 'not_json' },
    ];
    const { out } = await cli(['calls', GRANT_ID], {
      [`GET /api/v1/grants/${GRANT_ID}`]: () => ({ body: grantAnswer('http://localhost:4100') }),
      'GET /api/v1/tenants/acme/access-records': () => ({ body: { items, next: null } }),
    });
    expect(out).toContain('allowed, 2 fields hidden');
    expect(out).toContain('allowed (failed), answer withheld: it was not JSON');
  });

  test('log lists leaves with their index, and the next page keeps the filters', async () => {
    const leaf = {
      v: 1,
      type: 'lock.set',
      at: '2026-11-24T15:00:00Z',
      tenant: 'acme',
      seq: 7,
      actor: 'usr_1',
    };
    const event = {
      ...leaf,
      index: 7,
      hash: 'a',
      data: { kind: 'tenant', digest: `sha256:${'a'.repeat(64)}` },
      commitments: {},
      openings: {},
    };
    const { out, err, seen } = await cli(['log', 'acme', '--from', '2026-11-24T00:00:00Z'], {
      'GET /api/v1/tenants/acme/events': () => ({ body: { items: [event], next: 'next' } }),
    });
    expect(seen[0]?.url).toBe('/api/v1/tenants/acme/events?from=2026-11-24T00%3A00%3A00Z');
    expect(out).toMatch(/7 .*lock\.set .*usr_1 .*kind=tenant digest=sha256:a{13}…\n/);
    expect(err).toContain('countersign log acme --from 2026-11-24T00:00:00Z --cursor next');
  });
});

test('--version prints the version of the package', async () => {
  expect(await cli(['--version'])).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

describe('token-check', () => {
  const jwks = join(specFolder(), 'jwks.json');
  writeFileSync(jwks, '{"keys":[{"kty":"oct","k":"AAAA","kid":"x"}]}');
  const argv = ['token-check', '--jwks', jwks, '--issuer', 'http://localhost:4000', '--audience', 'billing'];

  test.each([
    ['', 'malformed'],
    ['not a token', 'malformed'],
  ])('%j is %s and exits with 1', async (stdin, reason) => {
    const { exit, out, err } = await cli(argv, {}, stdin);
    expect([exit, out, err]).toEqual([1, '', expect.stringMatching(`^error\\[${reason}\\]: `)]);
    await broker?.stop();
    const json = await cli([...argv, '--json'], {}, stdin);
    expect(JSON.parse(json.out)).toMatchObject({ valid: false, reason });
  });

  test('a key file that cannot be opened exits with 2, one that is not a key set with 1', async () => {
    const missing = await cli(['token-check', '--jwks', '/nowhere', '--issuer', 'i', '--audience', 'a']);
    expect([missing.exit, missing.err]).toEqual([2, expect.stringMatching(/^error\[cannot_open\]: /)]);
    await broker?.stop();
    writeFileSync(`${jwks}.bad`, '[]');
    const bad = await cli(['token-check', '--jwks', `${jwks}.bad`, '--issuer', 'i', '--audience', 'a']);
    expect([bad.exit, bad.err]).toEqual([1, expect.stringMatching(/^error\[invalid_jwks\]: /)]);
  });
});
