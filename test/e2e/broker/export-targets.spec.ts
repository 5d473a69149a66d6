/** @soak */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { startBroker } from '../../../apps/broker/src/main.js';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import type { PersonName } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { certificate, HttpReceiver, SyslogReceiver } from '../../support/export-receivers.js';
import { ocsfProblems } from '../../support/ocsf-schema.js';
import { isFullRun, onlyInSoak, someRows } from '../../support/samples.js';
import { THIS_MACHINE } from '../../support/this-machine.js';
import { TestBroker } from '../harness.js';
import { makeGrant } from '../story.js';

type Target = {
  id: string;
  next: number;
  size: number;
  lastSent: number | null;
  lastError: string | null;
  failures: number;
  secret: string | null;
};

const TOKEN = 'b3f9c1d2-hec-token';
const CLAIM_SECONDS = 60;
const LONGEST_BACK_OFF = 301;

let broker: TestBroker;
let http: HttpReceiver;
const closing: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  http = await HttpReceiver.start();
  closing.push(http);
});
afterEach(async () => {
  await broker.close();
  await Promise.all(closing.splice(0).map((each) => each.stop()));
});

async function start(
  options: Parameters<typeof TestBroker.start>[0] = { outbound: THIS_MACHINE },
): Promise<void> {
  broker = await TestBroker.start(options);
}

const path = (slug = 'acme') => `/api/v1/tenants/${slug}/export-targets`;

async function add(body: object, who: PersonName = 'tenantAdmin', slug = 'acme'): Promise<Target> {
  const answer = await broker.call(who, 'POST', path(slug), { body: { name: 'SIEM', ...body } });
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body as Target;
}

async function target(id: string, who: PersonName = 'tenantAdmin', slug = 'acme'): Promise<Target> {
  const { body } = await broker.call(who, 'GET', path(slug));
  const found = (body as { items: Target[] }).items.find((each) => each.id === id);
  if (found === undefined) throw new Error('no such target');
  return found;
}

/** The log as its export shows it. */
async function exported(format: string, who: PersonName = 'tenantAdmin', slug = 'acme'): Promise<string[]> {
  const answer = await broker.call(
    who,
    'GET',
    `/api/v1/tenants/${slug}/log-export?format=${format}&limit=1000`,
  );
  return (answer.body as { items: string[] }).items;
}

const untilSent = (id: string) =>
  eventually('everything is sent', async () => {
    const { next, size } = await target(id);
    return next === size;
  });

const append = (count: number, slug = 'acme', text = '') =>
  broker.host.store.forTenant(slug, (unit) =>
    unit.log.appendAll(
      Array.from({ length: count }, (_, at) => filler('2026-01-01T00:00:00Z', `${at}${text}`)),
    ),
  );

describe('a log that is streamed by signed POSTs', () => {
  test('arrives whole, once and in order, and its batches are signed as webhooks are', async () => {
    await start();
    await makeGrant(broker);
    const { id, secret } = await add({ kind: 'jsonl', address: `${http.url}/hook` });
    await untilSent(id);
    await makeGrant(broker);
    await untilSent(id);
    expect(http.lines).toEqual(await exported('jsonl'));
    for (const { headers, body } of http.taken) {
      const at = new Date(1_000 * Number(headers['webhook-timestamp']));
      const signature = new Webhook(String(secret)).sign(String(headers['webhook-id']), at, body);
      expect(headers['webhook-signature']).toBe(signature);
      expect(headers).toMatchObject({ 'content-type': 'application/x-ndjson' });
      const indices = body
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).index);
      expect(headers['webhook-id']).toBe(`${id}.${indices.at(0)}.${indices.at(-1)}`);
    }
  });

  onlyInSoak(() => {
    test('begins at the leaf that was asked for, holds OCSF if that was asked for, and ends when it is removed', async () => {
      await start();
      await makeGrant(broker);
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const { id, secret: newSecret } = await add({
        kind: 'jsonl',
        address: http.url,
        content: 'ocsf',
        from: 2,
        secret,
      });
      expect(newSecret).toBeNull();
      await untilSent(id);
      expect(http.lines).toEqual((await exported('ocsf')).slice(2));
      for (const line of http.lines) expect(ocsfProblems(JSON.parse(line))).toEqual([]);
      expect((await broker.call('tenantAdmin', 'DELETE', `${path()}/${id}`)).status).toBe(204);
      const before = http.seen.length;
      const other = await add({ kind: 'jsonl', address: `${http.url}/other`, secret, from: 5 });
      await untilSent(other.id);
      expect(http.seen.slice(before).map((batch) => batch.path)).not.toContain('/');
      const log = (await exported('jsonl')).map((line) => JSON.parse(line).leaf);
      expect(log.filter(({ type }) => type.startsWith('export.'))).toMatchObject([
        {
          type: 'export.started',
          data: { target: id, log: 'acme', kind: 'jsonl', content: 'ocsf', from: 2 },
        },
        { type: 'export.ended', data: { target: id } },
        { type: 'export.started', data: { target: other.id } },
      ]);
    });

    test('is sent again until it is acknowledged: an answer that is lost repeats leaves and loses none', async () => {
      await start();
      let isBroken = true;
      http.answer = () => ({ status: isBroken ? 500 : 200 });
      const { id } = await add({ kind: 'jsonl', address: http.url });
      const failed = await eventually('the failure is visible', async () => {
        const state = await target(id);
        return state.lastError !== null && state;
      });
      expect(failed).toMatchObject({ lastError: 'http_500', lastSent: null, next: 0 });
      await makeGrant(broker);
      isBroken = false;
      broker.clock.advance(LONGEST_BACK_OFF);
      await untilSent(id);
      expect(await target(id)).toMatchObject({ lastError: null, failures: 0 });
      expect(http.lines).toEqual(await exported('jsonl'));
      expect(http.seen.length).toBeGreaterThan(http.taken.length);
    });

    test('the cursor moves only after the acknowledgement; a broker that stops before it sends the batch again', async () => {
      await start();
      let release = () => {};
      http.answer = () => ({ status: 200, hold: new Promise<void>((resolve) => (release = resolve)) });
      const { id } = await add({ kind: 'jsonl', address: http.url });
      await eventually('the first batch has come', () => http.seen.length === 1);
      expect(await target(id)).toMatchObject({ next: 0, lastSent: null });
      await broker.broker.close();
      release();
      http.answer = () => ({ status: 200 });
      await broker.run();
      await untilSent(id);
      const indices = http.lines.map((line) => JSON.parse(line).index);
      expect([...new Set(indices)]).toEqual(Array.from({ length: (await target(id)).size }, (_, at) => at));
      expect(http.seen[1]?.lines[0]).toBe(http.seen[0]?.lines[0]);
    });

    test('one receiver that never answers holds up no other, and one batch at a time waits for it', async () => {
      await start();
      await append(1_000);
      const never = await HttpReceiver.start();
      closing.push(never);
      never.answer = () => ({ status: 200, hold: new Promise(() => {}) });
      await add({ kind: 'jsonl', address: never.url, name: 'dead' });
      const alive = await add({ kind: 'jsonl', address: http.url, name: 'alive' });
      await untilSent(alive.id);
      expect(http.lines).toEqual(await exportedWhole());
      expect({ never: never.mostOpen, alive: http.mostOpen }).toEqual({ never: 1, alive: 1 });
    });
  });

  const MANY = 100_000;
  onlyInSoak(() => {
    test(`${MANY} leaves arrive in batches of bounded size, each once and in order`, async () => {
      await start();
      for (let at = 0; at < MANY; at += 1_000) await append(1_000, 'acme', 'x'.repeat(2_000));
      const { id } = await add({ kind: 'jsonl', address: http.url });
      await eventually(
        'everything is sent',
        async () => {
          const { next, size } = await target(id);
          return next === size;
        },
        600_000,
      );
      const indices = http.lines.map((line) => JSON.parse(line).index);
      expect(indices).toEqual(Array.from({ length: indices.length }, (_, at) => at));
      expect(indices.length).toBeGreaterThan(MANY);
      for (const { body } of http.taken) expect(Buffer.byteLength(body)).toBeLessThan(600_000);
      expect(http.mostOpen).toBe(1);
    }, 600_000);
  });
});

/** Page by page: a log of more leaves than one page has. */
async function exportedWhole(): Promise<string[]> {
  const items: string[] = [];
  for (let index: number | null = 0; index !== null; ) {
    const { body } = await broker.call(
      'tenantAdmin',
      'GET',
      `/api/v1/tenants/acme/log-export?format=jsonl&limit=1000&index=${index}`,
    );
    const page = body as { items: string[]; next: number | null };
    items.push(...page.items);
    index = page.next;
  }
  return items;
}

describe('a log that is streamed to Splunk’s HTTP Event Collector', () => {
  test('comes with the token, an index and fields, and the collector’s own code is shown if it refuses', async () => {
    await start();
    let refusal: { status: number; body: string } | null = {
      status: 403,
      body: '{"text":"Invalid token","code":4}',
    };
    http.answer = () => refusal ?? { status: 200, body: '{"text":"Success","code":0}' };
    const { id } = await add({
      kind: 'hec',
      address: `${http.url}/services/collector/event`,
      secret: TOKEN,
      splunkIndex: 'audit',
    });
    await eventually('the refusal is visible', async () => (await target(id)).lastError === 'hec_4');
    refusal = { status: 200, body: 'a proxy’s page' };
    broker.clock.advance(LONGEST_BACK_OFF);
    await eventually('no collector is visible', async () => (await target(id)).lastError === 'http_200');
    refusal = null;
    broker.clock.advance(LONGEST_BACK_OFF);
    await untilSent(id);
    const [batch] = http.taken.slice(-1);
    expect(batch).toMatchObject({
      path: '/services/collector/event',
      headers: { authorization: `Splunk ${TOKEN}` },
    });
    const events = batch!.lines.map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ index: 'audit', sourcetype: 'countersign:leaf', fields: { leaf: 0 } });
    expect(events.map(({ event }) => event)).toEqual(
      (await exported('jsonl')).map((line) => JSON.parse(line)),
    );
  });
});

describe('a log that is streamed as syslog', () => {
  async function receiver(
    scheme: 'tcp' | 'tls',
    name: 'localhost' | 'siem' = 'localhost',
  ): Promise<SyslogReceiver> {
    const started = await SyslogReceiver.start(scheme, scheme === 'tls' ? certificate(name) : undefined);
    closing.push(started);
    return started;
  }
  const indicesOf = ({ messages }: SyslogReceiver) =>
    messages.map(({ data }) => Number(data['countersign@32473']?.['index']));

  test.each(isFullRun() ? (['tcp', 'tls'] as const) : (['tls'] as const))(
    'over %s: every message is read strictly, in order',
    async (scheme) => {
      await start();
      await makeGrant(broker);
      const syslog = await receiver(scheme);
      const ca = scheme === 'tls' ? { ca: certificate('localhost').cert } : {};
      const { id } = await add({ kind: 'syslog', address: syslog.address(), ...ca });
      await untilSent(id);
      await append(600);
      await untilSent(id);
      const { size } = await target(id);
      expect(syslog.errors).toEqual([]);
      expect(indicesOf(syslog)).toEqual(Array.from({ length: size }, (_, at) => at));
      expect(syslog.messages[0]).toMatchObject({ facility: 13, host: 'localhost', app: 'countersign' });
      expect(JSON.parse(syslog.messages[0]!.text)).toMatchObject({ index: 0, leaf: { seq: 0 } });
    },
  );

  test.each(
    someRows([
      ['whose certificate nobody vouches for', 'localhost', null],
      ['whose certificate has another name', 'siem', 'siem'],
    ] as const),
  )('a receiver %s gets nothing', async (_name, shown, trusted) => {
    await start();
    const syslog = await receiver('tls', shown);
    const ca = trusted === null ? {} : { ca: certificate(trusted).cert };
    const { id } = await add({ kind: 'syslog', address: syslog.address(), ...ca });
    await eventually('the failure is visible', async () => (await target(id)).lastError === 'unreachable');
    expect(syslog.messages).toEqual([]);
    expect(await target(id)).toMatchObject({ next: 0 });
  });

  onlyInSoak(() => {
    test.each([
      ['closes without reading', (socket: Socket) => socket.end()],
      ['is cut off after it has read', (socket: Socket) => socket.on('data', () => socket.resetAndDestroy())],
    ] as const)('a receiver that %s has not acknowledged', async (_name, behave) => {
      await start();
      const syslog = await receiver('tcp');
      syslog.onConnection = behave;
      const { id } = await add({ kind: 'syslog', address: syslog.address() });
      await eventually('the failure is visible', async () => (await target(id)).lastError === 'unreachable');
      expect(await target(id)).toMatchObject({ next: 0, lastSent: null });
      syslog.onConnection = null;
      broker.clock.advance(LONGEST_BACK_OFF);
      await untilSent(id);
      expect(indicesOf(syslog)).toEqual(Array.from({ length: (await target(id)).size }, (_, at) => at));
    });
  });
});

describe('who may stream which log where', () => {
  test('this machine and private networks get nothing from a customer, listed or not, and open and closed ports look alike', async () => {
    const open = new URL(http.url).host;
    await start({ settings: { outboundPrivate: [open, '127.0.0.1:9'] } });
    const seen = async (address: string) => {
      const kind = address.startsWith('http') ? 'jsonl' : 'syslog';
      const { id } = await add({ kind, address });
      const failed = await eventually('the refusal is visible', async () => {
        const state = await target(id);
        return state.lastError !== null && state;
      });
      expect((await broker.call('tenantAdmin', 'DELETE', `${path()}/${id}`)).status).toBe(204);
      return failed.lastError;
    };
    for (const address of [
      `https://${open}/`,
      'https://127.0.0.1:9/',
      'https://[::1]:9/',
      'https://localhost:9/',
      'https://10.0.0.1/',
      'https://nowhere.invalid/',
      'tls://169.254.169.254:6514',
    ])
      expect([address, await seen(address)]).toEqual([address, 'unreachable']);
    // Decided by the address as it was typed: no name is looked up.
    for (const address of [`${http.url}/`, 'http://10.0.0.1/', 'tcp://8.8.8.8:514'])
      expect([address, await seen(address)]).toEqual([address, 'tls_required']);
    expect(http.seen).toEqual([]);
    // The operator learns the cause from the log.
    expect(broker.logLines.join('')).toContain('address_refused');
    expect(broker.logLines.join('')).toContain('name_unknown');
  });

  test('the vendor’s own logs may go to a listed port of this machine, and to no other', async () => {
    await start({ settings: { outboundPrivate: [new URL(http.url).host] } });
    const other = await HttpReceiver.start();
    closing.push(other);
    await add({ kind: 'jsonl', address: http.url }, 'securityAdmin', 'vendor');
    const { id } = await add({ kind: 'jsonl', address: other.url }, 'securityAdmin', 'vendor');
    await eventually('the vendor’s log has come', () => http.lines.length > 0);
    await eventually(
      'the refusal is visible',
      async () => (await target(id, 'securityAdmin', 'vendor')).lastError === 'unreachable',
    );
    expect(other.seen).toEqual([]);
  });

  const REFUSED: Record<string, object> = {
    'a token with a line break': { kind: 'hec', secret: 'a\r\nX-Injected: 1' },
    'no token': { kind: 'hec' },
    'a secret that is none': { kind: 'jsonl', secret: 'short' },
    'a secret for syslog': { kind: 'syslog', address: 'tls://siem.example:6514', secret: 'x' },
    'an address with a line break': { kind: 'jsonl', address: 'https://siem.example/\r\nX-Injected: 1' },
    'an address with a password': { kind: 'jsonl', address: 'https://u:p@siem.example/' },
    'an address with a query': { kind: 'jsonl', address: 'https://siem.example/?token=1' },
    'another scheme': { kind: 'jsonl', address: 'file:///etc/passwd' },
    'a syslog address without a port': { kind: 'syslog', address: 'tls://siem.example' },
    'a name with a control character': { kind: 'jsonl', name: 'a\nb' },
    'no certificate': { kind: 'jsonl', ca: 'nothing' },
    'a leaf that is not there yet': { kind: 'jsonl', from: 1_000_000 },
    'an unknown member': { kind: 'jsonl', verify: false },
  };

  test(`refuses ${Object.keys(REFUSED).join(', ')}`, async () => {
    await start();
    for (const [what, change] of Object.entries(REFUSED)) {
      const body = { name: 'SIEM', address: 'https://siem.example/', ...change };
      const answer = await broker.call('tenantAdmin', 'POST', path(), { body });
      expect({ what, answer }).toMatchObject({
        what,
        answer: { status: 400, body: { code: 'invalid_request' } },
      });
    }
  });

  test('each side its own logs: a tenant’s admin its tenant’s, the vendor’s security admin the deployment’s and its own', async () => {
    await start();
    const body = { kind: 'jsonl', name: 'SIEM', address: `${http.url}/` };
    const statusOf = async (who: PersonName, slug: string) =>
      (await broker.call(who, 'POST', path(slug), { body })).status;
    expect(await statusOf('tenantAdmin', 'acme')).toBe(201);
    expect(await statusOf('tenantAdmin', 'globex')).toBe(404);
    expect(await statusOf('tenantAdmin', 'deployment')).toBe(404);
    expect(await statusOf('tenantAuditor', 'acme')).toBe(403);
    expect(await statusOf('securityAdmin', 'deployment')).toBe(201);
    expect(await statusOf('securityAdmin', 'vendor')).toBe(201);
    expect(await statusOf('securityAdmin', 'acme')).toBe(404);
    expect((await broker.call('securityAdmin', 'GET', path())).status).toBe(404);
    await eventually('the vendor’s log has come', () => http.lines.some((line) => line.includes('/vendor"')));
    await eventually('the deployment’s log has come', () =>
      http.lines.some((line) => line.includes('vendor.applied')),
    );
    const applied = http.lines
      .map((line) => JSON.parse(line))
      .find(({ leaf }) => leaf.type === 'vendor.applied');
    expect(applied.openings).toHaveProperty('settings');
  });

  onlyInSoak(() => {
    test('a log has at most five targets', async () => {
      await start();
      for (let count = 0; count < 5; count += 1) await add({ kind: 'jsonl', address: http.url });
      const body = { kind: 'jsonl', name: 'one more', address: http.url };
      expect(await broker.call('tenantAdmin', 'POST', path(), { body })).toMatchObject({ status: 409 });
    });
  });

  test('P11: no answer, event or line of the broker’s log has the secret', async () => {
    await start();
    http.answer = () => ({ status: 500 });
    const { id } = await add({ kind: 'hec', address: http.url, secret: TOKEN });
    await eventually('the failure is logged', async () => (await target(id)).lastError === 'http_500');
    const texts = [
      ...broker.logLines,
      ...(await exported('jsonl')),
      (await broker.call('tenantAdmin', 'GET', path())).text,
    ];
    for (const text of texts) expect(text).not.toContain(TOKEN);
  });

  onlyInSoak(() => {
    test('a broker that dies while it sends is followed by another when its claim has ended', async () => {
      await start({ outbound: THIS_MACHINE, engine: 'PostgreSQL' });
      let release = () => {};
      http.answer = () => ({ status: 200, hold: new Promise<void>((resolve) => (release = resolve)) });
      const { id } = await add({ kind: 'jsonl', address: http.url });
      await eventually('the first batch has come', () => http.seen.length === 1);
      http.answer = () => ({ status: 200 });
      broker.clock.advance(CLAIM_SECONDS + 1);
      const other = await startBroker(broker.environment, broker.overrides);
      await untilSent(id);
      release();
      await other.close();
      expect(new Set(http.lines.map((line) => JSON.parse(line).index)).size).toBe((await target(id)).size);
    });
  });
});

describe('countersign log targets', () => {
  async function countersign(
    argv: string[],
    stdin = '',
  ): Promise<{ exit: number; out: string; err: string }> {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
    const terminal = new Terminal(env, stdin);
    const exit = await run(['log', 'targets', ...argv], terminal);
    return { exit, out: terminal.out, err: terminal.err };
  }

  test('adds, lists and removes targets; a token comes from stdin, and a made secret is all that stdout has', async () => {
    await start();
    const hec = await countersign(
      ['add', 'hec', `${http.url}/collector`, '--name', 'Splunk', '--secret-file', '-', '--json'],
      `${TOKEN}\n`,
    );
    expect(hec.exit).toBe(0);
    const { id } = JSON.parse(hec.out);
    await untilSent(id);
    expect(http.taken[0]?.headers['authorization']).toBe(`Splunk ${TOKEN}`);
    const jsonl = await countersign([
      'add',
      'jsonl',
      `${http.url}/lines`,
      '--name',
      'Lines',
      '--content',
      'ocsf',
    ]);
    expect(jsonl.out).toMatch(/^whsec_[A-Za-z0-9+/=]+\n$/);
    const list = await countersign(['list']);
    expect(list.out).toMatch(/Splunk.*hec/);
    expect(list.out).not.toContain(TOKEN);
    expect(await countersign(['remove', id])).toMatchObject({ exit: 0 });
    expect(await countersign(['remove', id])).toMatchObject({ exit: 1 });
    expect(await countersign(['add', 'smtp', 'https://x.example', '--name', 'x'])).toMatchObject({ exit: 2 });
    const missing = ['add', 'hec', 'https://x.example', '--name', 'x', '--secret-file', '/nonexistent/token'];
    expect(await countersign(missing)).toMatchObject({ exit: 2 });
  });
});
