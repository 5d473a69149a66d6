/** @soak */

import { remindTrust, type SigningDeps, type TrustVersion } from '@countersign/access';
import { describeUseCase } from './support/describe-store.js';
import { aTrustDocument, aTrustVersion } from './support/rows.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;

describeUseCase('SQLite', 'reminders before a trust document ends', (bench) => {
  let flow: Workflow;
  let version: TrustVersion;
  let deps: SigningDeps;

  beforeEach(async () => {
    flow = await startWorkflow(bench);
    deps = flow.deps;
    const { person } = await flow.as('ada@acme.example');
    const validUntil = '2027-05-01T00:00:00Z';
    version = aTrustVersion(person, { document: aTrustDocument(person, { validUntil }) });
    await bench.store.forTenant('acme', (unit) => unit.trust.adopt(version));
    // 100 days before.
    flow.clock.forward((Date.parse(validUntil) - flow.clock.now().getTime()) / 1_000 - 100 * DAY);
  });
  const told = async () =>
    (await flow.leaves('acme')).filter(({ type }) => type === 'trust.expiring').map(({ data }) => data);
  const notices = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.after('', 100))).filter(
      ({ kind }) => kind === 'trust.expiring',
    );

  test('P7: come 60, 30 and 7 days before, once each, with an event and a notice', async () => {
    const seen: number[] = [];
    for (const days of [39, 0, 1, 29, 1, 22, 1, 6, 1, 1]) {
      flow.clock.forward(days * DAY);
      seen.push(await remindTrust(deps));
    }
    // 61, 61, 60, 31, 30, 8, 7 and one day before, at the end, and a day after.
    expect(seen).toEqual([0, 0, 1, 0, 1, 0, 1, 0, 0, 0]);
    const { validUntil } = version.document;
    expect(await told()).toEqual(
      [60, 30, 7].map((days) => ({ hash: version.hash, seq: 1, validUntil, days })),
    );
    expect(await notices()).toMatchObject(
      [1, 2, 3].map(() => ({ tenant: 'acme', audience: expect.arrayContaining(['role:acme:admin']) })),
    );
  });

  test('P8: brokers that look at once say it once; who comes late says the nearest alone', async () => {
    flow.clock.forward(95 * DAY);
    const done = await Promise.all(Array.from({ length: 6 }, () => remindTrust(deps)));
    expect(done.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect((await told()).map((data) => data['days'])).toEqual([7]);
  });

  test('a newer version ends them', async () => {
    const { person } = await flow.as('ada@acme.example');
    const document = aTrustDocument(person, {
      seq: 2,
      prev: version.hash,
      validUntil: '2027-09-01T00:00:00Z',
    });
    await bench.store.forTenant('acme', (unit) => unit.trust.adopt(aTrustVersion(person, { document })));
    flow.clock.forward(45 * DAY);
    expect(await remindTrust(deps)).toBe(0);
    expect(await told()).toEqual([]);
  });
});
