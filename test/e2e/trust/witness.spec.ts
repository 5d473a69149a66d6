/** @soak */

import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  parseNote,
  parseTlogPolicy,
  parseTlogProof,
  parseVerifierKey,
  signaturesBy,
} from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { startBroker } from '../../../apps/broker/src/main.js';
import { filler } from '../../factories/filler.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { RunningWitness } from '../../support/running-witness.js';
import { onlyInSoak } from '../../support/samples.js';
import { signedByLog } from '../../support/signed-by-log.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { THIS_MACHINE } from '../../support/this-machine.js';
import { TestBroker } from '../harness.js';

const BROKEN = 'witness.broken.example/w2+00000000+BAAA https://witness.broken.example';

type State = { name: string; size: number | null; signedAt: string | null; error: string | null };

describe('P10: the witnesses that a customer names in its trust document', () => {
  let broker: TestBroker;
  let folder: string;
  let witness: RunningWitness;
  const text = async (path: string) => (await broker.call('approver', 'GET', path)).text;
  const states = async () =>
    ((await broker.call('approver', 'GET', '/api/v1/tenants/acme/witnesses')).body as { items: State[] })
      .items;

  beforeAll(async () => {
    folder = await tempFolder('witness');
    broker = await TestBroker.start({ outbound: THIS_MACHINE });
    witness = await RunningWitness.start(folder, 'witness.acme.example/w1', [
      (await text('/log/acme/vkey')).trim(),
    ]);
    const people = [await Customer.of(broker, 'tenantAdmin'), await Customer.of(broker, 'approver')] as const;
    expect(await states()).toEqual([]);
    // One has the form of a key and is none: nothing in it may keep the other from signing.
    await claim(people, { approvals: 1, witnesses: [`${witness.vkey} ${witness.url}`, BROKEN] });
  });
  afterAll(async () => {
    await witness.stop();
    await broker.close();
    await removeFolder(folder);
  });

  const grow = () => broker.host.store.forTenant('acme', (unit) => unit.log.append(filler()));
  const isWitnessed = async () => {
    const note = parseNote(await text('/log/acme/checkpoint'));
    return signaturesBy(note, parseVerifierKey(systemHashing, witness.vkey)).length === 1;
  };

  test('sign each checkpoint; signature, state and policy are there for everybody', async () => {
    await eventually('a cosignature', isWitnessed);
    expect(await states()).toEqual([
      expect.objectContaining({
        name: 'witness.acme.example/w1',
        url: witness.url,
        error: null,
        size: expect.any(Number),
      }),
      expect.objectContaining({ name: 'witness.broken.example/w2', size: null, error: 'invalid_key' }),
    ]);
    const policy = await text('/log/acme/policy');
    expect(policy).toContain(`log ${(await text('/log/acme/vkey')).trim()}\n`);
    expect(policy).toContain(`witness w1 ${witness.vkey} ${witness.url}\n`);
    expect(parseTlogPolicy(systemHashing, policy).isQuorum(new Set(['w1']))).toBe(true);
    await grow();
    await eventually('the next cosignature', isWitnessed);
    const { checkpoint } = parseTlogProof(await text('/log/acme/proof/0'));
    expect(signaturesBy(parseNote(checkpoint), parseVerifierKey(systemHashing, witness.vkey))).toHaveLength(
      1,
    );
  });

  onlyInSoak(() => {
    test('do not hold anything up when they are away', async () => {
      await witness.stop();
      await grow();
      expect((await broker.call('approver', 'GET', '/log/acme/checkpoint')).status).toBe(200);
      await eventually('an error that is shown', async () => (await states())[0]?.error === 'unreachable');
    });

    test('say the same at every broker, also after a start', async () => {
      const second = await startBroker(broker.environment, {
        ...broker.overrides,
        logTo: { write: () => {} },
      });
      const headers = { authorization: `Bearer ${broker.keys.approver}` };
      const answer = await fetch(`${second.url}/api/v1/tenants/acme/witnesses`, { headers });
      expect(((await answer.json()) as { items: State[] }).items).toEqual(await states());
      await second.close();
    });

    test('that know a larger log stop it if they show what the log signed, and not by their word alone', async () => {
      let shown: string | undefined;
      const ahead = createServer(({ method, url }, response) => {
        if (method === 'POST') response.writeHead(409, { 'Content-Type': 'text/x.tlog.size' }).end('9999\n');
        else if (shown !== undefined && url?.startsWith('/checkpoint/countersign/') === true)
          response.end(shown);
        else response.writeHead(404).end();
      }).listen(Number(new URL(witness.url).port), '127.0.0.1');
      await once(ahead, 'listening');
      try {
        await grow();
        await text('/log/acme/checkpoint');
        await eventually(
          'an error that is shown',
          async () => (await states())[0]?.error === 'witness_ahead',
          30_000,
        );
        const { status, text: note } = await broker.call('approver', 'GET', '/log/acme/checkpoint');
        expect(status).toBe(200);
        const [origin = ''] = note.split('\n');
        shown = await signedByLog(broker.host.store, { origin, size: 9_999, root: Buffer.alloc(32, 1) });
        await eventually(
          'the log is stopped',
          async () => (await broker.call('approver', 'GET', '/log/acme/checkpoint')).status === 503,
          30_000,
        );
      } finally {
        ahead.close();
      }
    }, 90_000);
  });
});
