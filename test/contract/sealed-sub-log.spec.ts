/** @soak */

import {
  addDemandStep,
  type DemandInput,
  enterDemand,
  openDueDemands,
  openSeals,
  type Principal,
  recordAccessHeads,
  sealDays,
} from '@countersign/access';
import type { LeafV1 } from '@countersign/audit-log';
import { smallOrganisation } from '../factories/small-organisation.js';
import { type Copies, copiesOf, faultOf } from '../support/log-copy.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;

describeUseCase('SQLite', 'the sealed sub-log of a demand under a gag', (bench) => {
  let flow: Workflow;
  let lea: Principal;
  let leo: Principal;
  beforeEach(async () => {
    const organisation = smallOrganisation();
    organisation.vendor.staff.push(
      { email: 'lea@northwind.example', name: 'Lea Voss', roles: ['legal'] },
      { email: 'leo@northwind.example', name: 'Leo Brandt', roles: ['legal'] },
      { email: 'lia@northwind.example', name: 'Lia Horn', roles: ['legal'] },
    );
    // Its clock shows 24 November 2026, 15:00.
    flow = await startWorkflow(bench, organisation);
    [lea, leo] = [await flow.as('lea@northwind.example'), await flow.as('leo@northwind.example')];
  });

  const enter = async (until: string): Promise<string> => {
    const input: DemandInput = {
      ...{
        authority: 'County court',
        country: 'DE',
        legalBasis: '§ 94 StPO',
        kind: 'order',
        reference: null,
      },
      ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['konto-4711'], dueAt: null },
      ...{ receivedAt: '2026-11-24T09:00:00Z', gag: { order: '§ 101 StPO', until }, reason: 'By courier' },
    };
    return (await enterDemand(flow.deps, lea, input)).demand.id;
  };
  const redirect = (id: string) =>
    addDemandStep(flow.deps, lea, id, {
      ...{ action: 'redirected', outcome: 'declined', reason: 'the court insists' },
    });
  /** So many days pass; the jobs run as often as they have work. */
  async function pass(days: number): Promise<void> {
    flow.clock.forward(days * DAY);
    while ((await sealDays(flow.deps, null)).leaves > 0);
    await openDueDemands(flow.deps);
    while ((await openSeals(flow.deps, null)).leaves > 0);
  }
  const copies = (): Promise<Copies> => copiesOf({ host: { store: bench.store } });
  const own = (honest: Copies): Copies => ({ tenant: honest.tenant.copy(), deployment: honest.deployment });

  test('from the gag to its opening: log verify finds what was sealed, and nothing else', async () => {
    const id = await enter('2027-02-24T00:00:00Z');
    await pass(2);
    await redirect(id);
    // Access under the gag: the head of its log is sealed with the steps.
    await flow.ask(lea, { basis: 'legal', demand: id });
    expect(await recordAccessHeads(flow.deps)).toBe(1);
    await pass(60);
    expect((await flow.leaves('acme')).filter(({ type }) => type.startsWith('demand.'))).toEqual([]);
    expect(await faultOf(await copies())).toBe('none');
    await pass(60);
    const opened = (await flow.leaves('acme')).filter(({ type }) => type.startsWith('demand.'));
    expect(opened.map(({ type }) => type.slice('demand.'.length))).toEqual([
      ...['received', 'redirected', 'accessed', 'accessed', 'opened'],
    ]);
    expect(await faultOf(await copies())).toBe('none');
    // Twelve months later the seals open.
    await pass(250);
    const unsealed = (await flow.leaves('acme')).filter(({ type }) => type === 'log.unsealed');
    const heads = unsealed.map(
      ({ data }) => data['sealed'] as { from: number; leaves: string[] } | undefined,
    );
    expect(heads.slice(0, 3).map((head) => [head?.from, head?.leaves.length])).toEqual([
      [0, 1],
      [1, 0],
      [1, 2],
    ]);
    const honest = await copies();
    expect(await faultOf(honest)).toBe('none');

    // Whoever holds the log's key rewrites what was demanded, after the opening.
    const rewritten = own(honest);
    const at = rewritten.tenant.indexOf('demand.redirected');
    rewritten.tenant.change('demand.redirected', { outcome: 'accepted' });
    const opening = rewritten.tenant.indexOf('log.unsealed', 0);
    expect([`sealed_mismatch ${at}`, `seal_overdue ${opening}`]).toContain(
      (await faultOf(rewritten)).replace(/seal_overdue \d+/, `seal_overdue ${opening}`),
    );
    // Another head than the one that was sealed: another log of the access could be shown.
    const other = own(honest);
    other.tenant.change('demand.accessed', { root: Buffer.alloc(32, 7).toString('base64') });
    expect(await faultOf(other)).toMatch(/^(sealed_mismatch|seal_overdue) /);
    // A step is left out of the log.
    const dropped = own(honest);
    dropped.tenant.drop(dropped.tenant.indexOf('demand.redirected'));
    expect(await faultOf(dropped)).toMatch(/^seal_overdue /);
    // A step is made up, as if it had been sealed.
    const invented = own(honest);
    const { data } = invented.tenant.leaves[at] as LeafV1;
    invented.tenant.append({
      ...{
        type: 'demand.challenged',
        at: invented.tenant.leaves.at(-1)?.at ?? '',
        actor: lea.person.id as 'usr_x',
      },
      data: { ...data, step: 9, state: 'challenged', happenedAt: '2026-11-25T00:00:00.000Z' },
    });
    expect(await faultOf(invented)).toMatch(/^sealed_mismatch /);
    // The opening shows other leaves than were sealed.
    const forged = own(honest);
    const [first] = heads;
    forged.tenant.change('log.unsealed', { sealed: { ...first, leaves: ['A'.repeat(43).concat('=')] } });
    expect(await faultOf(forged)).toMatch(/^sealed_mismatch /);
  });

  test('an extension past twelve months, by two people, is visible from then on; without it the seal is overdue', async () => {
    const id = await enter('2027-11-24T14:00:00Z');
    await pass(300);
    await addDemandStep(flow.deps, lea, id, {
      ...{ action: 'extension-proposed', reason: 'prolonged', until: '2028-03-01T00:00:00Z' },
    });
    await addDemandStep(flow.deps, leo, id, { action: 'extended', reason: 'seen' });
    await pass(35);
    // An end that no broker was there to see would be no fault.
    for (let day = 0; day < 35; day += 1) await pass(1);
    const honest = await copies();
    const [unsealed] = (await flow.leaves('acme')).filter(({ type }) => type === 'log.unsealed');
    expect(unsealed?.data['sealed']).toMatchObject({
      from: 0,
      closed: [{ leaves: [0], until: '2028-03-01T00:00:00.000Z', by: [lea.person.id, leo.person.id] }],
    });
    expect(await faultOf(honest)).toBe('none');
    const head = unsealed?.data['sealed'] as { closed: [{ by: string[] }] };
    for (const closed of [
      [],
      [{ ...head.closed[0], by: [lea.person.id] }],
      [{ ...head.closed[0], by: [lea.person.id, lea.person.id] }],
      [{ ...head.closed[0], until: '2027-11-01T00:00:00.000Z' }],
      [{ ...head.closed[0], until: null }],
      // No extension lasts longer than twelve months.
      [{ ...head.closed[0], until: '2029-03-01T00:00:00.000Z' }],
    ]) {
      const late = own(honest);
      late.tenant.change('log.unsealed', { sealed: { ...head, closed } });
      expect(await faultOf(late)).toMatch(/^seal_overdue /);
    }
    // Nonsense is a fault of the log, not of the verifier.
    for (const closed of [[{ ...head.closed[0], leaves: 0 }], [null, 'x', { by: null, leaves: null }]]) {
      const nonsense = own(honest);
      nonsense.tenant.change('log.unsealed', { sealed: { ...head, closed } });
      expect(await faultOf(nonsense)).toMatch(/^unreadable_leaf /);
    }
    // Then it opens.
    await pass(100);
    expect((await flow.leaves('acme')).filter(({ type }) => type === 'demand.received')).toHaveLength(1);
    expect(await faultOf(await copies())).toBe('none');
  });

  test('a day with a sealed demand looks like any other, in the log and in the database’s sizes', async () => {
    await pass(1);
    await enter('2027-02-24T00:00:00Z');
    await pass(2);
    const seals = (await flow.leaves('acme')).filter(({ type }) => type === 'log.sealed');
    expect(
      new Set(seals.map((leaf) => JSON.stringify({ ...leaf, seq: 0, commitments: 0 }).length)).size,
    ).toBe(1);
    expect(seals.map(({ commitments }) => Object.keys(commitments))).toEqual(seals.map(() => ['seal']));
    const rows = (await bench.database.raw('SELECT content FROM day_seals')) as { content: string }[];
    expect(new Set(rows.map(({ content }) => content.length)).size).toBe(1);
    const rowsText = JSON.stringify(await bench.database.raw('SELECT * FROM sealed_leaves'));
    expect(rowsText).not.toMatch(/County| StPO|konto-4711|courier/);
    for (const sql of ['DELETE FROM sealed_leaves', "UPDATE sealed_leaves SET hash = 'x'"])
      await expect(bench.database.raw(sql)).rejects.toThrow('is append-only');
  });
});
