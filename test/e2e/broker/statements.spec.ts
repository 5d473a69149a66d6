/** @soak */

import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDailyStatements } from '@countersign/access';
import type { StatementBody } from '@countersign/audit-log';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { onlyInSoak } from '../../support/samples.js';
import { signedStatementByLog } from '../../support/signed-by-log.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { enginesOf, TestBroker } from '../harness.js';
import { makeGrant, recordCall } from '../story.js';

const BOOT = '0199f0a0-7b2c-4003-8000-000000000003';

describe.each(enginesOf('SQLite'))('statements over HTTP and with the command line, on %s', (engine) => {
  let broker: TestBroker;
  let folder: string;
  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
    folder = await tempFolder('statements');
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
  const instant = (secondsAgo: number) =>
    `${new Date(broker.clock.now().getTime() - secondsAgo * 1_000).toISOString().slice(0, 19)}Z`;

  const called = async (name = `g-${engine}`) => recordCall(broker, name, await makeGrant(broker));

  test('a statement verifies offline with the log’s key, and against the customer’s own mirror', async () => {
    const record = await called();
    const file = join(folder, 'acme.statement');
    const statement = await countersign(
      'log',
      'statement',
      '--from',
      instant(600),
      '--to',
      instant(60),
      '--out',
      file,
    );
    expect(statement).toMatchObject({ exit: 0, document: { accesses: 1, complete: true, exceptions: [] } });
    const text = await readFile(file, 'utf8');
    expect(text).toContain(record);
    const vkey = (await broker.call('tenantAdmin', 'GET', '/log/acme/vkey')).text.trim();
    const verify = (...more: string[]) =>
      countersign('log', 'statement', '--verify', file, '--vkey', vkey, ...more);
    expect(await verify()).toMatchObject({
      exit: 0,
      document: { verified: true, accesses: 1, complete: true },
    });

    const mirror = join(folder, 'log');
    expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
    expect(await verify('--log', mirror)).toMatchObject({ exit: 0, document: { comparedWith: mirror } });
    // Whoever has the log's key signs what the mirror contradicts.
    const lies: [Partial<StatementBody>, string][] = [
      [{ gateways: [] }, 'statement_differs'],
      [{ count: 0, accesses: [] }, 'statement_differs'],
      [{ to: instant(-3_600) }, 'invalid_statement'],
    ];
    for (const [lie, code] of lies) {
      const body = { ...(JSON.parse(text.split('\n')[1] ?? '') as StatementBody), ...lie };
      await writeFile(file, await signedStatementByLog(broker.host.store, body));
      expect(await verify('--log', mirror)).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining(`error[${code}]`),
      });
    }
    const nothing = await countersign('log', 'statement', '--from', instant(7_200), '--to', instant(3_600));
    expect(nothing.document).toMatchObject({ accesses: 0 });

    await writeFile(file, text.replace('"count":1', '"count":0'));
    expect(await verify()).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('error[bad_signature]'),
    });
    expect(await countersign('log', 'statement', '--verify', file)).toMatchObject({ exit: 2 });
  });

  onlyInSoak(() => {
    test('a statement that leaves out a gateway together with its records does not verify against the mirror', async () => {
      await called('signed');
      const older = join(folder, 'older-deployment');
      expect(await countersign('log', 'mirror', older, '--tenant', 'deployment')).toMatchObject({ exit: 0 });
      const { gateway: hidden } = (await broker.enrolGateway('hidden')).credential;
      const { gateway: elsewhere } = (await broker.enrolGateway('elsewhere', { tenants: ['globex'] }))
        .credential;
      broker.clock.advance(120);
      const [file, mirror] = [join(folder, 'hidden.statement'), join(folder, 'whole-log')];
      await countersign('log', 'statement', '--from', instant(3_600), '--to', instant(60), '--out', file);
      const body = JSON.parse((await readFile(file, 'utf8')).split('\n')[1] ?? '') as StatementBody;
      expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
      const vkey = await readFile(join(mirror, 'vkey'), 'utf8');
      const verify = async (lie: Partial<StatementBody>) => {
        await writeFile(file, await signedStatementByLog(broker.host.store, { ...body, ...lie }));
        return countersign('log', 'statement', '--verify', file, '--vkey', vkey, '--log', mirror);
      };
      expect(await verify({})).toMatchObject({ exit: 0, document: { notNamed: [elsewhere] } });
      const others = ({ gateway }: { gateway: string }) => gateway !== hidden;
      const changed = (change: Partial<StatementBody['gateways'][number]>) =>
        body.gateways.map((each) => (others(each) ? each : { ...each, ...change }));
      const unknown = 'gtw_00000000-0000-7000-8000-000000000000';
      const [first] = body.gateways as [StatementBody['gateways'][0]];
      const exception = { gateway: unknown, from: body.from, reason: 'no_head' } as const;
      const withoutHidden = {
        ...{ gateways: body.gateways.filter(others), exceptions: body.exceptions.filter(others) },
      };
      const lies: Partial<StatementBody>[] = [
        withoutHidden,
        // Nothing would be missing from a gateway that was revoked, or came, when the lie says.
        { gateways: changed({ revokedAt: body.from }) },
        { gateways: changed({ enrolledAt: body.to }) },
        // A gateway that no one enrolled.
        {
          gateways: [...body.gateways, { ...first, gateway: unknown }],
          exceptions: [...body.exceptions, exception],
        },
      ];
      // A gateway that has signed nothing has no head of another one. The span ends after the gateway of the first call came, and
      // before it signed its head, also if this test is slow.
      await countersign('log', 'statement', '--from', instant(3_600), '--to', instant(200), '--out', file);
      const earlier = JSON.parse((await readFile(file, 'utf8')).split('\n')[1] ?? '') as StatementBody;
      const head = earlier.gateways.map((each) => each.head).find((each) => each !== null) ?? null;
      const without = earlier.gateways.filter(others);
      expect(head).not.toBeNull();
      lies.push({
        ...earlier,
        gateways: [...changed({ head }).filter((each) => !others(each)), ...without],
      });
      for (const lie of lies)
        expect(await verify({ exceptions: body.exceptions, ...lie })).toMatchObject({
          exit: 1,
          stderr: expect.stringContaining('error[statement_differs]'),
        });
      // A log of the deployment from before the gateway was enrolled, beside a log that names a newer one.
      await makeGrant(broker);
      expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
      expect(await verify({})).toMatchObject({ exit: 0 });
      await rm(join(mirror, 'deployment'), { recursive: true });
      await cp(older, join(mirror, 'deployment'), { recursive: true });
      expect(await verify(withoutHidden)).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('the deployment’s log is not the one that this log names'),
      });
      await rm(join(mirror, 'deployment'), { recursive: true });
      expect(await verify({})).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('error[deployment_missing]'),
      });
    });
  });

  test('daily statements are listed and read; a gateway reads whose heads are wanted', async () => {
    expect(await countersign('log', 'settings', 'acme', '--daily-statement', 'sometimes')).toMatchObject({
      exit: 2,
    });
    expect(await countersign('log', 'settings', 'acme', '--daily-statement', 'webhook')).toMatchObject({
      document: { dailyStatement: 'webhook' },
    });
    const day = broker.clock.now().toISOString().slice(0, 10);
    // The first hour of the next day, by a clock that is ahead: the broker's own job makes none yet.
    const tomorrow = new Date(Date.parse(`${day}T00:00:00Z`) + 25 * 3_600_000);
    const signed = { size: 1, root: 'r', note: 'a note\n', madeAt: tomorrow.toISOString() };
    const ahead = { ...broker.host, clock: { now: () => tomorrow } };
    expect(await makeDailyStatements(ahead, () => Promise.resolve(signed))).toBe(1);
    const path = '/api/v1/tenants/acme/statements';
    expect(await broker.call('tenantAdmin', 'GET', path)).toMatchObject({
      status: 200,
      body: { items: [{ day, isComplete: false, size: 1 }], next: null },
    });
    const read = await broker.call('tenantAdmin', 'GET', `${path}/${day}`);
    expect([read.text, read.headers.get('content-type')]).toEqual(['a note\n', 'text/plain; charset=utf-8']);
    expect(await broker.call('tenantAdmin', 'GET', `${path}/2026-01-01`)).toMatchObject({ status: 404 });
    expect(await broker.call('tenantAdmin', 'GET', `${path}/today`)).toMatchObject({ status: 404 });
    const { bearer } = await broker.enrolGateway('g3');
    const unsigned = await broker.fetch('POST', '/gateway/v1/heads', {
      headers: { authorization: bearer },
      body: { boot: BOOT },
    });
    expect(unsigned).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});
