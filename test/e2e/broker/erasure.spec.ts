import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeGrant, readRequest } from '../story.js';

const WHY = 'Rückruf an Frau Wirsing wegen Rechnung 4711';

test.each([false, true])(
  'the time of an answer does not tell whether a copy is kept for a demand under a gag (%s)',
  async (isKept) => {
    const broker = await TestBroker.start();
    try {
      const { request, grant } = await makeGrant(broker, 'engineer', { justification: WHY });
      expectStatus(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/release`), 200);
      const page = await broker.call(
        'tenantAdmin',
        'GET',
        `/api/v1/tenants/acme/events?request=${request.id}`,
      );
      const { items } = page.body as { items: { index: number; type: string }[] };
      const leaf = items.find(({ type }) => type === 'request.created')?.index;
      broker.clock.advance(91 * 86_400);
      for (const who of ['tenantAdmin', 'legal'] as const) await broker.renewKey(who);
      if (isKept)
        expectStatus(await broker.call('legal', 'POST', '/api/v1/demands', { body: demand(broker) }), 201);
      const erase = async (status: number) => {
        const begunAt = performance.now();
        const body = { leaf, fields: ['justification'] };
        expectStatus(
          await broker.call('tenantAdmin', 'POST', '/api/v1/tenants/acme/erasures', { body }),
          status,
        );
        // Timers may fire a millisecond early.
        expect(performance.now() - begunAt).toBeGreaterThan(990);
      };
      await erase(201);
      await erase(409);
    } finally {
      await broker.close();
    }
  },
);

function demand({ clock }: TestBroker) {
  const at = (days: number) =>
    new Date(clock.now().getTime() + days * 86_400_000).toISOString().replace(/\.\d+/, '');
  return {
    ...{ authority: 'A', legalBasis: 'B', data: 'C', scope: 'D', reason: 'E', accounts: ['f'] },
    ...{
      country: 'DE',
      kind: 'order',
      tenants: ['acme'],
      receivedAt: at(0),
      gag: { order: 'O', until: at(30) },
    },
  };
}

describe('erasing personal values over HTTP and with the command line', () => {
  let broker: TestBroker;
  let folder: string;
  beforeAll(async () => {
    broker = await TestBroker.start();
    folder = await tempFolder('erasure');
  });
  afterAll(async () => {
    await broker.close();
    await removeFolder(folder);
  });

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
    const terminal = new Terminal(env, '', broker.clock);
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
  }
  const isStored = () => {
    const path = broker.environment.databaseUrl.slice('sqlite:'.length);
    return ['', '-wal'].some(
      (suffix) => existsSync(path + suffix) && readFileSync(path + suffix).includes(WHY),
    );
  };

  test('what is erased is gone from the API and the database’s files, and the log still verifies', async () => {
    const { request, grant } = await makeGrant(broker, 'engineer', { justification: WHY });
    expectStatus(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/release`), 200);
    const page = await broker.call('tenantAdmin', 'GET', `/api/v1/tenants/acme/events?request=${request.id}`);
    const created = (page.body as { items: { index: number; type: string }[] }).items.find(
      ({ type }) => type === 'request.created',
    );
    const leaf = String(created?.index);
    const early = await countersign('log', 'erase', 'acme', leaf, '--field', 'justification');
    expect(early).toMatchObject({ exit: 1, stderr: expect.stringContaining('error[too_recent]') });

    broker.clock.advance(91 * 86_400);
    for (const who of ['tenantAdmin', 'reviewer', 'engineer'] as const) await broker.renewKey(who);
    expect(await countersign('log', 'hold', 'acme', '--reason', 'a dispute')).toMatchObject({ exit: 0 });
    expect(await countersign('log', 'erase', 'acme', leaf, '--field', 'justification')).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('error[legal_hold]'),
    });
    expect(await countersign('log', 'unhold', 'acme')).toMatchObject({ exit: 0 });
    expect(isStored()).toBe(true);
    const erased = await countersign('log', 'erase', 'acme', leaf, '--field', 'justification');
    expect(erased).toMatchObject({ exit: 0, document: { leaf: Number(leaf), fields: ['justification'] } });
    expect(isStored()).toBe(false);

    const { event, by, at } = erased.document;
    expect(by).toBe(broker.persons.tenantAdmin);
    const mark = { justification: { event, by, at } };
    expect(await readRequest(broker, request.id)).toMatchObject({
      justification: null,
      openings: {},
      erased: mark,
    });
    const openings = await broker.call('tenantAdmin', 'GET', `/log/acme/openings/${leaf}`);
    expect(openings.body).toEqual({ index: Number(leaf), openings: {}, erased: mark });
    expect(await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`)).toMatchObject({ status: 200 });
    const again = await broker.call('tenantAdmin', 'POST', '/api/v1/tenants/acme/erasures', {
      body: { leaf: Number(leaf), fields: ['justification'] },
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    const twice = { leaf: Number(leaf), fields: ['justification', 'justification'] };
    expect(
      await broker.call('tenantAdmin', 'POST', '/api/v1/tenants/acme/erasures', { body: twice }),
    ).toMatchObject({ status: 400 });

    expect(await countersign('log', 'mirror', join(folder, 'log'))).toMatchObject({ exit: 0 });
    const vkey = (await broker.call('tenantAdmin', 'GET', '/log/acme/vkey')).text.trim();
    expect(await countersign('log', 'verify', join(folder, 'log'), '--vkey', vkey)).toMatchObject({
      exit: 0,
    });
    const opening = readFileSync(join(folder, 'log', 'openings', leaf), 'utf8');
    expect(JSON.parse(opening)).toMatchObject({ openings: {}, erased: mark });
  });

  test('the settings of a log are shown and changed', async () => {
    expect(await countersign('log', 'settings', 'acme', '--erasure-after', '89')).toMatchObject({ exit: 2 });
    expect(await countersign('log', 'settings', 'acme', '--erasure-after', '365')).toMatchObject({
      exit: 0,
      document: { erasureAfterDays: 365, holds: [] },
    });
    expect(await countersign('log', 'settings', 'acme')).toMatchObject({
      document: { erasureAfterDays: 365 },
    });
  });
});
