/** @soak */

import {
  type Canary,
  type Deps,
  type IsolationReport,
  type IsolationTest,
  isTestDue,
  newestTest,
  runIsolationTest,
  stateIsolation,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const HOUR = 3_600;
const PASSED: IsolationReport = {
  attempts: { api: 2, log: 2, stream: 2, feed: 2, notices: 2, gateway: 2 },
  ...{ leaks: [], problem: null },
};

describeUseCase('SQLite', 'the nightly isolation test', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    const file = smallOrganisation();
    file.vendor.canaries = ['acme', 'globex'];
    flow = await startWorkflow(bench, file);
  });
  /** A test that calls `during` while it has the canaries’ credentials. */
  const testWith = (
    during: (canaries: readonly Canary[]) => Promise<unknown> = async () => {},
  ): IsolationTest => ({
    requireOwnAddress: () => Promise.resolve(),
    run: async (canaries) => {
      await during(canaries);
      return PASSED;
    },
  });
  const run = (test: IsolationTest = testWith(), deps: Deps = flow.deps) => runIsolationTest(deps, test);
  const gateways = async () =>
    (await flow.deps.store.gateways.read((unit) => unit.gateways.list())).map(({ name, revokedAt }) => ({
      name,
      revoked: revokedAt !== null,
    }));
  const stated = async (tenant: string) =>
    (await flow.leaves(tenant)).filter(({ type }) => type === 'isolation.tested');
  /** Stops half-way as a process does that is killed: nothing after that moment happens. */
  const killed = () =>
    new Promise<void>((reached) => {
      void run(testWith(() => new Promise(() => reached())));
    });

  test('of two brokers at once, one makes it, and each log has it once', async () => {
    const runs = await Promise.all([run(), run(), run()]);
    expect(runs.filter((each) => each !== null)).toHaveLength(1);
    await Promise.all(
      [stateIsolation(flow.deps), stateIsolation(flow.deps)].map((each) => each.catch(() => 0)),
    );
    await stateIsolation(flow.deps);
    expect([(await stated('acme')).length, (await stated('globex')).length]).toEqual([1, 1]);
    expect(await isTestDue(flow.deps)).toBe(false);
    expect((await gateways()).every(({ revoked }) => revoked)).toBe(true);
  });

  test('after a kill another broker takes it over, and revokes the credentials that were left', async () => {
    await killed();
    expect(await gateways()).toHaveLength(2);
    expect((await gateways()).some(({ revoked }) => revoked)).toBe(false);
    // Until the claim ends, no other broker begins.
    expect(await run()).toBeNull();
    flow.clock.forward(HOUR + 1);
    expect((await run())?.report).toEqual(PASSED);
    expect(await gateways()).toHaveLength(4);
    expect((await gateways()).every(({ revoked }) => revoked)).toBe(true);
  });

  test('a broker that hung longer than its claim does not replace the result of the one that took over', async () => {
    const failed: IsolationReport = { ...PASSED, leaks: [{ surface: 'api', where: '/api/v1/locks' }] };
    const late = await run({
      requireOwnAddress: () => Promise.resolve(),
      run: async () => {
        flow.clock.forward(HOUR + 1);
        expect((await run({ ...testWith(), run: () => Promise.resolve(failed) }))?.report).toEqual(failed);
        return PASSED;
      },
    });
    expect(late).toBeNull();
    expect((await newestTest(flow.deps))?.report).toEqual(failed);
  });

  test('if another program answers at the public address, no credential is made, and the test is not passed', async () => {
    const seen: Canary[] = [];
    const result = await run({
      ...testWith(async (canaries) => seen.push(...canaries)),
      requireOwnAddress: () => Promise.reject(new Error('The public address is another program’s.')),
    });
    expect(result?.report).toMatchObject({ problem: 'The public address is another program’s.' });
    expect([seen, await gateways()]).toEqual([[], []]);
    // What could not be made is repeated, and not stated before the day is over.
    expect(await stateIsolation(flow.deps)).toBe(0);
    expect(await isTestDue(flow.deps)).toBe(true);
    flow.clock.forward(15 * 60 + 1);
    expect((await run())?.report).toEqual(PASSED);
  });
});
