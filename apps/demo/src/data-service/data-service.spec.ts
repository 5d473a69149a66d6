/** @soak */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { rowsOfEachKind } from '../../../../test/support/samples.js';
import { DemoStore } from './demo-store.js';
import { createDataService } from './http/server.js';

type Json = Record<string, unknown> & { items: Record<string, unknown>[] };

describe('the data service', () => {
  let store: DemoStore;
  let server: Server;
  let base: string;
  let log: string;
  let folder: string;
  const seeded = () => join(folder, 'seeded.db');

  // Filling a file takes longer than any test here: it is done once, and each test works on a copy.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'data-service-'));
    new DemoStore(seeded()).close();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    const file = join(folder, 'copy.db');
    copyFileSync(seeded(), file);
    store = new DemoStore(file);
    log = '';
    const sink = new Writable({
      write(chunk, _encoding, done) {
        log += String(chunk);
        done();
      },
    });
    const now = () => new Date('2026-11-24T15:00:00Z');
    server = createDataService({ store, logger: pino(sink), now });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    store.close();
  });

  const get = (path: string, accept = 'application/json') => fetch(base + path, { headers: { accept } });
  const json = async (path: string) => (await (await get(path)).json()) as Json;
  const patch = (path: string, body: string, type = 'application/json') =>
    fetch(base + path, { method: 'PATCH', headers: { 'content-type': type }, body });
  const expectProblem = async (answer: Response, status: number, code: string) => {
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await answer.json()) as Json;
    expect(problem).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });
    return problem;
  };

  test('behind gateways it refuses every call for data that did not come through one; its home page and health are open', async () => {
    const guarded = createDataService({
      ...{ store, logger: pino({ level: 'silent' }), now: () => new Date() },
      gateways: ['http://127.0.0.1:1'],
    });
    await new Promise<void>((resolve) => {
      guarded.listen(0, '127.0.0.1', resolve);
    });
    const origin = `http://127.0.0.1:${(guarded.address() as AddressInfo).port}`;
    const headers = { 'countersign-tenant': 'acme', 'countersign-grant': 'grt_1' };
    for (const path of ['/tenants/acme/invoices', '/tenants/acme/invoices?page=1', '//tenants/acme/invoices'])
      await expectProblem(await fetch(origin + path, { headers }), 403, 'not_through_gateway');
    for (const path of ['/', '/readyz', '/healthz?x']) expect((await fetch(origin + path)).status).toBe(200);
    guarded.closeAllConnections();
    await new Promise((resolve) => {
      guarded.close(resolve);
    });
  });

  describe('lists', () => {
    test('pages newest first and ends', async () => {
      const first = await json('/tenants/acme/invoices');
      expect(first).toMatchObject({ page: 1, pages: 28, total: 1400 });
      expect(first.items[0]?.['id']).toBe('inv-2400');
      expect(first.items).toHaveLength(50);
      const second = await json('/tenants/acme/invoices?page=2');
      expect(second.items[0]?.['id']).toBe('inv-2350');
      const last = await json('/tenants/acme/invoices?page=28');
      expect(last.items.at(-1)?.['id']).toBe('inv-1001');
      expect((await json('/tenants/acme/invoices?page=29')).items).toEqual([]);
    });

    test('filters by status and by month', async () => {
      const paid = await json('/tenants/globex/invoices?status=paid&page=1');
      expect(new Set(paid.items.map((item) => item['status']))).toEqual(new Set(['paid']));
      const october = await json('/tenants/globex/payroll?month=2026-10');
      expect(october['total']).toBe(36);
    });

    test.each([
      '/tenants/acme/invoices?page=0',
      '/tenants/acme/invoices?page=-1',
      '/tenants/acme/invoices?page=1e3',
      '/tenants/acme/invoices?page=9999999',
      '/tenants/acme/invoices?page=1&page=2',
      '/tenants/acme/invoices?status=lost',
      '/tenants/acme/invoices?sort=asc',
      '/tenants/acme/invoices/inv-1001?page=1',
      '/tenants/acme/customers?status=open',
      '/tenants/acme/payroll?month=2026-13',
    ])('refuses a query that is wrong or unknown: %s', async (path) => {
      await expectProblem(await get(path), 400, 'invalid_request');
    });
  });

  describe('tenants', () => {
    test('P9: the same id is another record for each tenant', async () => {
      const [acme, globex] = await Promise.all(
        ['acme', 'globex'].map((t) => json(`/tenants/${t}/invoices/inv-1001`)),
      );
      expect(acme?.['currency']).toBe('USD');
      expect(globex?.['currency']).toBe('EUR');
      expect(acme?.['lines']).not.toEqual(globex?.['lines']);
    });

    test('P9: an id that only another tenant has is not found', async () => {
      expect((await get('/tenants/acme/invoices/inv-2400')).status).toBe(200);
      await expectProblem(await get('/tenants/initech/invoices/inv-2400'), 404, 'not_found');
      await expectProblem(
        await patch('/tenants/initech/invoices/inv-2400', '{"note":"x"}'),
        404,
        'not_found',
      );
    });

    test('P9: a change reaches one tenant only', async () => {
      const before = await json('/tenants/globex/invoices/inv-1001');
      expect((await patch('/tenants/acme/invoices/inv-1001', '{"note":"mine"}')).status).toBe(200);
      expect(await json('/tenants/globex/invoices/inv-1001')).toEqual(before);
    });

    test.each([
      '/tenants/nobody/invoices',
      '/tenants/ACME/invoices',
      '/tenants/acme/invoices/',
      '/tenants/acme/invoices/inv-1001/lines',
      '/tenants/acme/invoices/inv%2D1001',
      '/tenants/acme%2F..%2Fglobex/invoices',
      '/tenants/acme/secrets',
      '/tenants//invoices',
      '/nothing',
    ])('knows nothing at %s', async (path) => {
      await expectProblem(await get(path), 404, 'not_found');
    });
  });

  describe('PATCH', () => {
    const path = '/tenants/acme/invoices/inv-2400';

    test('changes status and note, and the change stays', async () => {
      const answer = await patch(path, JSON.stringify({ status: 'paid', note: '  Paid by phone. ' }));
      expect(answer.status).toBe(200);
      const changed = (await answer.json()) as Json;
      expect(changed).toMatchObject({ status: 'paid', paidOn: '2026-11-24', note: 'Paid by phone.' });
      expect(await json(path)).toEqual(changed);
    });

    test('leaves members that are absent, and clears those that are null', async () => {
      await patch(path, '{"status":"paid","note":"one"}');
      await patch(path, '{"status":"open"}');
      expect(await json(path)).toMatchObject({ status: 'open', paidOn: null, note: 'one' });
      await patch(path, '{"note":null}');
      expect(await json(path)).toMatchObject({ status: 'open', note: null });
    });

    test.each([
      ['an unknown member', '{"status":"paid","totalCents":1}', '/totalCents'],
      ['an unknown status', '{"status":"PAID"}', '/status'],
      ['a number for a note', '{"note":5}', '/note'],
      ['a long note', JSON.stringify({ note: 'x'.repeat(501) }), '/note'],
      ['a control byte', '{"note":"a\\u0000b"}', '/note'],
      ['half a character', '{"note":"\\ud800"}', '/note'],
      ['nothing', '{}', ''],
      ['a list', '[]', ''],
      ['null', 'null', ''],
    ])('refuses %s and writes nothing', async (_case, body, pointer) => {
      const before = await json(path);
      const problem = await expectProblem(await patch(path, body), 400, 'invalid_request');
      expect(problem['errors']).toEqual(expect.arrayContaining([expect.objectContaining({ pointer })]));
      expect(await json(path)).toEqual(before);
    });

    test.each([
      ['broken JSON', '{"note":'],
      ['an empty body', ''],
      ['JSON nested deeper than any stack', '['.repeat(10_000)],
    ])('refuses %s', async (_case, body) => {
      await expectProblem(await patch(path, body), 400, 'invalid_request');
    });

    test('refuses other media types and 10 MB bodies', async () => {
      await expectProblem(await patch(path, 'note=x', 'text/plain'), 415, 'unsupported_media_type');
      await expectProblem(await patch(path, `"${'x'.repeat(10_000_000)}"`), 413, 'body_too_large');
    });

    test('names the methods that a path knows', async () => {
      const answer = await fetch(base + path, { method: 'DELETE' });
      await expectProblem(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')).toBe('GET, HEAD, PATCH');
    });
  });

  describe('pages', () => {
    const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const paths = [
      '/',
      '/tenants/globex/invoices?status=open',
      '/tenants/globex/invoices/inv-1001',
      '/tenants/globex/customers',
      '/tenants/globex/customers/cus-101',
      '/tenants/globex/payroll?month=2026-10',
      '/tenants/globex/payroll/pay-1001',
    ];

    test.each(paths)('links only relatively, to pages that are there: %s', async (path) => {
      const answer = await get(path, browser);
      expect(answer.headers.get('content-type')).toContain('text/html');
      const text = await answer.text();
      const links = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1]!);
      const followed = links.filter((link) => link !== 'data:,');
      for (const link of followed) expect(link).not.toMatch(/^(\/|[a-z]+:)/);
      // Behind a gateway the same links must stay below its prefix.
      const targets = new Set(
        followed.map((link) => new URL(link.replaceAll('&amp;', '&'), `${base}/billing${path}`)),
      );
      const kindOf = ({ pathname, searchParams }: URL) =>
        `${pathname.replace(/\d+/g, '0')} ${[...searchParams.keys()]}`;
      for (const target of rowsOfEachKind([...targets], kindOf)) {
        expect(target.pathname).toMatch(/^\/billing\//);
        const inside = target.pathname.slice('/billing'.length) + target.search;
        expect((await get(inside, browser)).status).toBe(200);
      }
    });

    test('escapes what people wrote', async () => {
      await patch(
        '/tenants/acme/invoices/inv-1001',
        JSON.stringify({ note: '<img src=x onerror=alert(1)>' }),
      );
      const text = await (await get('/tenants/acme/invoices/inv-1001', browser)).text();
      expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
      expect(text).not.toContain('<img');
    });

    test('says whether the call came through a gateway', async () => {
      const grant = 'grt_0199d3c1-0000-7000-8000-000000000001';
      const record = 'rec_0199d3c1-0000-7000-8000-000000000002';
      const through = await fetch(`${base}/tenants/acme/customers`, {
        headers: { accept: browser, 'countersign-grant': grant, 'countersign-record': record },
      });
      expect(await through.text()).toContain(record);
      expect(await (await get('/tenants/acme/customers', browser)).text()).toContain('recorded nowhere');
    });

    test('answers a browser with a page if there is nothing', async () => {
      const answer = await get('/tenants/acme/invoices/inv-1', browser);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('not_found');
    });

    test('allows no script or style but its own', async () => {
      const policy = (await get('/', browser)).headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
    });
  });

  test('answers probes', async () => {
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ok' });
    expect((await fetch(`${base}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  test('P11: writes no header of a call to its log', async () => {
    await fetch(`${base}/tenants/acme/customers?page=1`, { headers: { authorization: 'Bearer top-secret' } });
    await get('/tenants/acme/customers');
    expect(log).toContain('/tenants/acme/customers');
    expect(log).not.toContain('top-secret');
  });

  test('a client that leaves in the middle of a body harms no one', async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          'PATCH /tenants/acme/invoices/inv-1001 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"note":',
        );
        socket.end(resolve);
      });
    });
    expect((await get('/readyz')).status).toBe(200);
  });
});
