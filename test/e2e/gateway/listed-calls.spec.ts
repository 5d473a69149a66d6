/** @soak */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessRequestDetail, Service } from '@countersign/api';
import { toInstant } from '@countersign/contract';
import { request } from 'undici';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { onlyInSoak } from '../../support/samples.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { type Asked, decide, makeGrant, mintToken, readRequest, type Who } from '../../support/story.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';

const APP = 'https://app.example';

onlyInSoak(() => {
  test('parameters that repeat, a body of GET and pages of other origins: from the store through the feed to the call', async () => {
    const { site, upstream, close } = await siteInsideWithUpstream({}, ({ services: [billing] }) => {
      const [list] = billing?.routes ?? [];
      Object.assign(billing ?? {}, { cors: { origins: [APP], maxAge: 60 } });
      Object.assign(list ?? {}, { repeat: ['status'], body: true });
    });
    try {
      await site.startGateway();
      const engineer = await site.key('engineer');
      const answer = await callApi(engineer, 'GET', `${site.brokerUrl}/api/v1/services/billing`);
      const { cors, routes } = expectStatus<Service>(answer, 200);
      expect(cors).toEqual({ origins: [APP], maxAge: 60 });
      expect(routes[0]).toMatchObject({ query: ['page', 'status'], repeat: ['status'], body: true });
      expect(routes[1]).toMatchObject({ repeat: [] });

      const token = await mintToken(site, await makeGrant(site));
      const url = `${site.gatewayUrl}/billing/tenants/acme/invoices`;
      const call = (query: string, body: string | null = null) =>
        request(`${url}${query}`, {
          method: 'GET',
          headers: { authorization: `Bearer ${token}`, origin: APP },
          body,
        });
      const passed = await call('?status=open&status=late', '{"query":{}}');
      expect([passed.statusCode, passed.headers['access-control-allow-origin']]).toEqual([200, APP]);
      expect(upstream.hits[0]).toMatchObject({
        url: '/tenants/acme/invoices?status=open&status=late',
        bodyBytes: 12,
      });
      expect((await call('?page=1&page=2')).statusCode).toBe(400);
      const headers = { origin: APP, 'access-control-request-method': 'GET' };
      expect((await request(url, { method: 'OPTIONS', headers })).statusCode).toBe(204);
      expect(upstream.hits).toHaveLength(1);
    } finally {
      await close();
    }
  });
});

test('read now, and write when the change is proposed: the approver sees what the read returned, and the call is made once', async () => {
  const { site, upstream, close } = await siteInsideWithUpstream({}, ({ tenants }) => {
    for (const { privacyControls } of tenants) Object.assign(privacyControls ?? {}, { countersign: [] });
  });
  try {
    await site.startGateway();
    upstream.answer = (_request, response) => response.end('{"id":7,"status":"open"}');
    const grant = await makeGrant(site);
    const key = await site.key('engineer');
    const env = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: key };
    const terminal = new Terminal(env, '');
    const path = '/tenants/acme/invoices/7';
    const argv = ['change', grant, 'PATCH', path, '--data', '{"status":"void"}', '--json'];
    expect(await run(argv, terminal)).toBe(0);
    const proposed = JSON.parse(terminal.out);
    const read = async () =>
      expectStatus<AccessRequestDetail>(
        await callApi(await site.key('approver'), 'GET', `${site.brokerUrl}/api/v1/requests/${proposed.id}`),
        200,
      );
    const { openings, terms } = await read();
    expect(openings['changeBefore']?.value).toBe('{"id":7,"status":"open"}');
    expect(openings['changeBody']?.value).toBe('{"status":"void"}');
    expect(terms).toMatchObject({ change: { before: { record: expect.stringMatching(/^rec_/) } } });
    // The record of the read arrives at the broker a moment later.
    await eventually('the record of the read', async () => (await read()).beforeRecord?.isSame);
    await decide(site, 'reviewer', proposed, 'approve');
    await decide(site, 'approver', proposed, 'approve');
    const one = (await readRequest(site, proposed.id)).grant ?? '';
    const token = await mintToken(site, one);
    const write = async (body: string) => {
      const answer = await request(`${site.gatewayUrl}/billing${path}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      return [answer.statusCode, ((await answer.body.json()) as { code?: string }).code];
    };
    expect(await write('{"status":"paid"}')).toEqual([403, 'insufficient_scope']);
    expect(await write('{"status":"void"}')).toEqual([200, undefined]);
    expect(await write('{"status":"void"}')).toEqual([403, 'budget_exhausted']);
    expect(upstream.hits.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
  } finally {
    await close();
  }
});

test('reconcile: what the service saw and the log does not have is red, and becomes a leaf', async () => {
  const secret = 'k'.repeat(43);
  const { site, upstream, close } = await siteInsideWithUpstream({
    gatewayEnv: { COUNTERSIGN_AUTHZ_SECRET: secret },
  });
  const folder = await tempFolder('reconcile');
  try {
    await site.startGateway();
    const token = await mintToken(site, await makeGrant(site));
    const path = '/tenants/acme/invoices/7';
    const answer = await request(`${site.gatewayUrl}/billing${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.statusCode).toBe(200);
    const now = Date.now();
    const at = new Date(now).toISOString();
    const context = upstream.hits[0]?.headers['countersign-context'];
    const lines = join(folder, 'calls.jsonl');
    const write = (...calls: object[]) =>
      writeFile(lines, calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
    const key = await site.key('tenantAdmin');
    const env = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: key };
    const countersign = async (...argv: string[]) => {
      const terminal = new Terminal(env, '');
      const exit = await run([...argv, '--json'], terminal);
      return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), err: terminal.err };
    };
    const vkey = (
      await (
        await fetch(`${site.brokerUrl}/log/acme/vkey`, {
          headers: { authorization: `Bearer ${key}` },
        })
      ).text()
    ).trim();
    const mirror = join(folder, 'mirror');
    const compare = async (...more: string[]) => {
      expect((await countersign('log', 'mirror', mirror, '--vkey', vkey)).exit).toBe(0);
      return countersign(
        ...['reconcile', 'billing', '--calls', lines, '--log', mirror, '--vkey', vkey],
        ...[
          '--from',
          toInstant(new Date(now - 3_600_000)),
          '--to',
          toInstant(new Date(now + 3_600_000)),
          ...more,
        ],
      );
    };
    await write({ at, method: 'GET', path, context });
    const fine = await eventually('the record in the mirror', async () => {
      const compared = await compare();
      // Until the record is in the log, the call is not comparable.
      return compared.exit === 0 && compared.document.matched === 1 ? compared : undefined;
    });
    expect(fine.document).toMatchObject({ calls: 1, matched: 1, bypassed: 0, unanswered: [] });
    // A call that a proxy passed on may never have reached the service: no one is told that the service's log lacks it.
    const passedOn = await fetch(`${site.gatewayUrl}/authz/nginx/billing`, {
      headers: {
        ...{ authorization: `Bearer ${token}`, 'countersign-proxy-secret': secret },
        ...{ 'x-original-method': 'GET', 'x-original-uri': path, 'x-original-host': 'billing.example' },
      },
    });
    expect(passedOn.status).toBe(200);
    const contextOfProxy = passedOn.headers.get('countersign-context');
    await write({ at, method: 'GET', path, context }, { at, method: 'GET', path, context: contextOfProxy });
    await eventually('the record of the proxy’s call in the mirror', async () => {
      const { exit, document } = await compare();
      return exit === 0 && document.matched === 2;
    });
    await write({ at, method: 'GET', path, context });
    expect((await compare()).document).toMatchObject({ matched: 1, bypassed: 0, unanswered: [] });
    // Nothing was reported, so the log has no such leaf.
    await write(
      { at, method: 'GET', path, context },
      { at, method: 'DELETE', path, context: null },
      { at, method: 'GET', path, context, refused: 'replayed' },
    );
    const red = await compare('--report');
    expect(red).toMatchObject({ exit: 1, document: { matched: 1, bypassed: 1, refused: 1 } });
    expect(red.err).toContain('error[bypassed]');
    const reports = await callApi(key, 'GET', `${site.brokerUrl}/api/v1/tenants/acme/bypass-reports`);
    expect(expectStatus<{ items: object[] }>(reports, 200).items).toMatchObject([{ passed: 1, refused: 1 }]);
    // No database stores a larger count.
    for (const count of ['passed', 'refused'])
      expect(
        await callApi(key, 'POST', `${site.brokerUrl}/api/v1/tenants/acme/bypass-reports`, {
          ...{ service: 'billing', from: '2026-11-24T14:00:00Z', to: '2026-11-24T15:00:00Z' },
          ...{ passed: 0, refused: 0, calls: [], [count]: 2_147_483_648 },
        }),
      ).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer: `/${count}` }] },
      });
    // A log of another form is not a service that saw nothing.
    await writeFile(lines, '127.0.0.1 - - "GET / HTTP/1.1" 200\n');
    expect(await compare()).toMatchObject({ exit: 1, err: expect.stringContaining('error[invalid_calls]') });
  } finally {
    await close();
    await removeFolder(folder);
  }
});

test('P9: reconcile says nothing of access under a gag: its calls are one number with all others that lack a record, and no report has them', async () => {
  const lawyers = ['lee', 'leo', 'lia'].map((name) => ({ email: `${name}@vendor.example`, tenant: null }));
  const { site, upstream, close } = await siteInsideWithUpstream({}, ({ vendor }) => {
    for (const { email } of lawyers.slice(1)) vendor.staff.push({ email, name: email, roles: ['legal'] });
  });
  const folder = await tempFolder('reconcile-gag');
  try {
    await site.startGateway();
    const [lee, ...others] = lawyers as [Who, ...Who[]];
    const api = async <T>(who: Who, method: string, path: string, body?: unknown): Promise<T> => {
      const answer = await callApi(await site.key(who), method, `${site.brokerUrl}/api/v1${path}`, body);
      expect(answer.status).toBeLessThan(300);
      return answer.body as T;
    };
    const until = toInstant(new Date(Date.now() + 30 * 86_400_000));
    const demand = await api<{ id: string }>(lee, 'POST', '/demands', {
      ...{ authority: 'County court', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order' },
      ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['a-1'], reason: 'By courier' },
      ...{ receivedAt: '2026-01-01T00:00:00Z', gag: { order: '§ 101 StPO', until } },
    });
    const step = { action: 'redirected', outcome: 'declined', reason: 'The court insists' };
    await api(lee, 'POST', `/demands/${demand.id}/steps`, step);
    const asked = await api<Asked & { sealedLog: string }>(lee, 'POST', '/requests', {
      ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
      ...{ duration: 'PT30M', justification: 'The order', basis: 'legal', demand: demand.id },
    });
    expect(asked.sealedLog).toMatch(/^sealed-/);
    for (const who of others) expectStatus(await decide(site, who, asked, 'approve'), 201);
    const { grant } = await api<Asked>(lee, 'GET', `/requests/${asked.id}`);
    const sealed = await mintToken(site, grant ?? '', lee);
    const open = await mintToken(site, await makeGrant(site));
    const path = '/tenants/acme/invoices/7';
    for (const token of [open, sealed])
      await eventually('the gateway lets the call through', async () => {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await request(`${site.gatewayUrl}/billing${path}`, { headers });
        await answer.body.dump();
        return answer.statusCode === 200;
      });
    const lines = upstream.hits.map(({ method, url, headers }) => ({
      ...{ at: new Date().toISOString(), method, path: url },
      context: headers['countersign-context'],
    }));
    expect(lines).toHaveLength(2);
    const hidden = JSON.parse(
      Buffer.from(String(lines[1]?.context).split('.')[1] ?? '', 'base64url').toString(),
    );
    const calls = join(folder, 'calls.jsonl');
    await writeFile(calls, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    // Who must not know: the vendor's security admin, and the customer's admin, both with the service's own log.
    for (const who of ['securityAdmin', 'tenantAdmin'] as const) {
      const env = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: await site.key(who) };
      const mirror = join(folder, who);
      const countersign = async (...argv: string[]) => {
        const terminal = new Terminal(env, '');
        const exit = await run(argv, terminal);
        return { exit, out: terminal.out, err: terminal.err };
      };
      const span = ['--from', toInstant(new Date(Date.now() - 3_600_000)), '--to', until, '--report'];
      const compared = await eventually('the record in the mirror', async () => {
        expect(await countersign('log', 'mirror', mirror, '--tenant', 'acme')).toMatchObject({ exit: 0 });
        const vkey = (await readFile(join(mirror, 'vkey'), 'utf8')).trim();
        const argv = ['reconcile', 'billing', '--calls', calls, '--log', mirror, '--vkey', vkey, ...span];
        const [json, text] = [await countersign(...argv, '--json'), await countersign(...argv)];
        return (
          (JSON.parse(json.out || '{"matched":1}') as { matched: number }).matched === 1 && { json, text }
        );
      });
      expect(compared).toMatchObject({ json: { exit: 0 }, text: { exit: 0 } });
      expect(JSON.parse(compared.json.out)).toMatchObject({
        ...{ calls: 2, matched: 1, notComparable: 1, bypassed: 0, refused: 0, findings: [], report: null },
      });
      expect(compared.text.out).toMatch(/not comparable +1 /);
      for (const { out, err } of Object.values(compared)) expect(out + err).not.toContain(hidden.record);
      // Nor by hand, with whatever the reporter knows.
      for (const kind of ['other_call', 'repeated', 'no_record'])
        expect(
          await callApi(
            env.COUNTERSIGN_API_KEY,
            'POST',
            `${site.brokerUrl}/api/v1/tenants/acme/bypass-reports`,
            {
              ...{ service: 'billing', from: '2026-01-01T00:00:00Z', to: until, passed: 1, refused: 0 },
              calls: [{ kind, at: lines[1]?.at, method: 'GET', refused: false, record: hidden.record }],
            },
          ),
        ).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    expect(await api('tenantAdmin', 'GET', '/tenants/acme/bypass-reports')).toEqual({ items: [] });
    const { items } = await api<{ items: object[] }>(
      'tenantAdmin',
      'GET',
      '/tenants/acme/events?type=gateway.bypassed',
    );
    expect(items).toEqual([]);
  } finally {
    await close();
    await removeFolder(folder);
  }
});
