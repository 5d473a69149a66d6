/** @soak */

import { formatCheckpoint, formatNote, signNote } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { startBroker } from '../../../apps/broker/src/main.js';
import { filler } from '../../factories/filler.js';
import { logKey } from '../../factories/log-keys.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { signedByLog } from '../../support/signed-by-log.js';
import { enginesOf, TestBroker } from '../harness.js';

const EVENT = filler();

describe.each(enginesOf('PostgreSQL'))(
  'P10: a log that is shown what it signed and does not have, on %s',
  (engine) => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await TestBroker.start({
        engine,
        settings: { admin: { host: '127.0.0.1', port: 0, orAnyPort: false } },
      });
    });
    afterAll(() => broker.close());

    const grow = (count: number) =>
      broker.host.store.forTenant('acme', (unit) =>
        unit.log.appendAll(Array.from({ length: count }, () => EVENT)),
      );
    const checkpoint = async () => (await broker.call('approver', 'GET', '/log/acme/checkpoint')).text;
    const show = (note: string, who: Parameters<TestBroker['call']>[0] = 'approver') =>
      broker.call(who, 'POST', '/log/acme/checkpoint', { body: { checkpoint: note } });
    const details = async () =>
      (await (await fetch(`${broker.broker.adminUrl}/readyz`)).json()) as { stoppedLogs: string[] };
    const metric = async () =>
      /^countersign_logs_stopped (\d+)$/m.exec(
        await (await fetch(`${broker.broker.adminUrl}/metrics`)).text(),
      )?.[1];

    const signed = async (size: number, root: Buffer): Promise<string> => {
      const [origin = ''] = (await checkpoint()).split('\n');
      return signedByLog(broker.host.store, { origin, size, root });
    };

    onlyInSoak(() => {
      test('noise stops nothing: other keys, other logs, other people, and what the log continues', async () => {
        await grow(10);
        const old = await checkpoint();
        await grow(10);
        expect(await show(old)).toMatchObject({ status: 200, body: { size: expect.any(Number) } });
        expect(await show(await checkpoint(), 'tenantAdmin')).toMatchObject({ status: 200 });
        const origin = old.split('\n')[0] ?? '';
        const text = formatCheckpoint({ origin, size: 9_999, root: Buffer.alloc(32, 1) });
        const forged = formatNote({ text, signatures: [signNote(systemHashing, text, logKey(origin, 5))] });
        expect(await show(forged)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
        expect(await show('nothing')).toMatchObject({ status: 400 });
        const foreign = (await broker.call('foreignApprover', 'GET', '/log/globex/checkpoint')).text;
        expect(await show(foreign)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
        expect((await show(await signed(9_999, Buffer.alloc(32)), 'foreignApprover')).status).toBe(404);
        expect((await show(old, null)).status).toBe(401);
        expect((await broker.call('approver', 'GET', '/log/acme/checkpoint')).status).toBe(200);
        expect(await details()).toMatchObject({ status: 'ok', stoppedLogs: [] });
      });
    });

    test('a larger checkpoint of its own key stops every broker; operators and people are notified once', async () => {
      const ahead = await signed(9_999, Buffer.alloc(32, 1));
      const answers = await Promise.all([1, 2, 3].map(() => show(ahead)));
      for (const answer of answers)
        expect(answer).toMatchObject({ status: 503, body: { code: 'log_inconsistent' } });
      expect(await broker.call('approver', 'GET', '/log/acme/checkpoint')).toMatchObject({ status: 503 });
      const second = await startBroker(broker.environment, { logTo: { write: () => {} } });
      const headers = { authorization: `Bearer ${broker.keys.approver}` };
      expect((await fetch(`${second.url}/log/acme/checkpoint`, { headers })).status).toBe(503);
      await second.close();
      expect((await broker.call('foreignApprover', 'GET', '/log/globex/checkpoint')).status).toBe(200);

      expect(broker.logLines.join('').match(/a log is not what it signed before/g)).toHaveLength(1);
      // Probes of one second share what was read.
      await eventually('the details name it', async () => (await details()).stoppedLogs.length > 0);
      expect(await details()).toMatchObject({ status: 'ok', stoppedLogs: ['acme'] });
      expect(await metric()).toBe('1');
      const notices = await broker.host.store.notices.read((unit) => unit.outbox.after('', 200));
      const stopped = notices.filter(({ kind }) => kind === 'log.stopped');
      expect(stopped).toMatchObject([
        {
          tenant: 'acme',
          subject: 'acme',
          audience: ['role:vendor:security-admin', 'role:acme:admin', 'role:acme:auditor'],
        },
      ]);
    });

    onlyInSoak(() => {
      test('another root at a size that it has stops it, too', async () => {
        const globex = await broker.call('foreignApprover', 'GET', '/log/globex/checkpoint');
        const [origin = '', size = ''] = globex.text.split('\n');
        const fork = (await signed(Number(size), Buffer.alloc(32, 3))).replace(/^.*\n/, `${origin}\n`);
        // The signature is over another origin: no proof.
        const shown = (note: string) =>
          broker.call('foreignApprover', 'POST', '/log/globex/checkpoint', { body: { checkpoint: note } });
        expect((await shown(fork)).status).toBe(400);
        expect((await broker.call('foreignApprover', 'GET', '/log/globex/checkpoint')).status).toBe(200);
      });
    });
  },
);
