import { join } from 'node:path';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { RunningWitness } from '../../support/running-witness.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { THIS_MACHINE } from '../../support/this-machine.js';
import { TestBroker, TestClock } from '../harness.js';

const NAME = 'witness.acme.example/w1';
const HOUR_S = 3_600;
type List = { items: { size: number | null }[]; missingSince: string | null };

/** A customer's only witness stops. Its trust document gives it two hours. */
describe('P10: a witness that does not sign for longer than the trust document allows', () => {
  let broker: TestBroker;
  let folder: string;
  let witness: RunningWitness;
  let logs: string[];

  const list = async () =>
    (await broker.call('approver', 'GET', '/api/v1/tenants/acme/witnesses')).body as List;
  const size = async () =>
    Number((await broker.call('approver', 'GET', '/log/acme/checkpoint')).text.split('\n')[1]);
  const grow = () =>
    broker.host.store.forTenant('acme', (unit) => unit.log.append(filler(broker.clock.now().toISOString())));
  const notices = async () =>
    (await broker.host.store.notices.read((unit) => unit.outbox.after('', 500))).filter(
      ({ kind }) => kind === 'log.unwitnessed',
    );
  const isSigned = async () => (await list()).items[0]?.size === (await size());

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
    const terminal = new Terminal(env, '', broker.clock);
    const exit = await run(argv, terminal);
    return { exit, out: terminal.out, err: terminal.err };
  }
  async function verify(...more: string[]) {
    const mirror = join(folder, 'log');
    expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
    return countersign('log', 'verify', mirror, '--vkey', logs[0] ?? '', ...more);
  }
  /** Three hours go by, in which the log grows. @returns the size of the log */
  async function pass(): Promise<void> {
    broker.clock.advance(3 * HOUR_S);
    await grow();
  }

  beforeAll(async () => {
    folder = await tempFolder('missing-witness');
    broker = await TestBroker.start({
      outbound: THIS_MACHINE,
      clock: TestClock.awayFromMidnight(),
    });
    logs = [(await broker.call('approver', 'GET', '/log/acme/vkey')).text.trim()];
    witness = await RunningWitness.start(join(folder, 'witness'), NAME, logs);
    const people = [await Customer.of(broker, 'tenantAdmin'), await Customer.of(broker, 'approver')] as const;
    const witnesses = [`${witness.vkey} ${witness.url}`];
    await claim(people, { approvals: 1, witnesses, witnessGraceSeconds: 2 * HOUR_S });
  }, 60_000);
  afterAll(async () => {
    await witness.stop();
    await broker.close();
    await removeFolder(folder);
  });

  test('log verify ends with 3, the page says since when, and people get one mail; until it signs again', async () => {
    await eventually('a cosignature', isSigned);
    expect(await verify()).toMatchObject({ exit: 0, out: expect.stringContaining(`${NAME}: 2`) });
    await witness.stop();
    await grow();
    await eventually('a leaf that lacks it', async () => !(await isSigned()));
    // A witness that is a moment late is nobody's fault.
    expect(await verify()).toMatchObject({ exit: 0, out: expect.stringContaining('not cosigned') });
    expect(await list()).toMatchObject({ missingSince: null });

    await pass();
    expect((await list()).missingSince).toEqual(expect.any(String));
    const late = await verify();
    expect(late).toMatchObject({ exit: 3, out: '', err: expect.stringContaining('error[not_witnessed]') });
    expect(late.err).toContain(NAME);
    expect(JSON.parse((await verify('--json')).out)).toMatchObject({
      ...{ verified: false, code: 'not_witnessed', index: expect.any(Number) },
    });
    await eventually('a notice', async () => (await notices()).length > 0);
    expect(await notices()).toMatchObject([
      {
        tenant: 'acme',
        audience: ['role:vendor:security-admin', 'role:acme:admin', 'role:acme:auditor'],
      },
    ]);

    // It is asked again and again, and people are not notified again.
    await pass();
    await size();
    await eventually('it is known at the broker', () =>
      broker.logLines.join('').includes('a witness did not sign'),
    );
    expect(await notices()).toHaveLength(1);

    witness = await RunningWitness.start(
      join(folder, 'witness'),
      NAME,
      logs,
      String(new URL(witness.url).port),
    );
    await grow();
    await eventually('the next cosignature', isSigned, 40_000);
    expect(await list()).toMatchObject({ missingSince: null });
    expect(await verify()).toMatchObject({ exit: 0 });
  }, 120_000);
});
