/** @soak */

import { type BypassInput, listBypassReports, type Principal, reportBypass } from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const input: BypassInput = {
  ...{ service: 'billing', from: '2026-11-24T14:00:00Z', to: '2026-11-24T15:00:00Z', passed: 1, refused: 1 },
  calls: [
    { kind: 'no_context', at: '2026-11-24T14:30:00.250Z', method: 'GET', refused: false },
    { kind: 'other_call', at: '2026-11-24T14:31:00Z', method: 'GET', refused: true },
  ],
};

describeUseCase('SQLite', 'reports of calls that bypassed the gateway', (bench) => {
  let flow: Workflow;
  let [ada, erin, gwen] = [] as unknown as [Principal, Principal, Principal];

  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    const emails = ['ada@acme.example', 'erin@northwind.example', 'gwen@globex.example'];
    [ada, erin, gwen] = (await Promise.all(emails.map(flow.as))) as [Principal, Principal, Principal];
  });

  const report = (change: Partial<BypassInput> = {}, by = ada) =>
    reportBypass(flow.deps, by, 'acme', { ...input, ...change });
  const leaves = async () => (await flow.leaves('acme')).filter(({ type }) => type === 'gateway.bypassed');

  test('a report is a leaf of the tenant’s log, once however often it is sent', async () => {
    const first = await report();
    const again = await Promise.all([report(), report()]);
    expect(again.map(({ id }) => id)).toEqual([first.id, first.id]);
    const found = await leaves();
    expect(found).toHaveLength(1);
    expect(found[0]?.data).toMatchObject({ report: first.id, service: 'billing', passed: 1, refused: 1 });
    const listed = await listBypassReports(flow.deps, ada, 'acme');
    expect(listed).toEqual([first]);
    await report({ to: '2026-11-24T15:00:01Z' });
    expect(await leaves()).toHaveLength(2);
  });

  test('engineers do not report, and no one reads or reports about another tenant', async () => {
    expect(await outcome(report({}, erin))).toBe('forbidden');
    expect(await outcome(listBypassReports(flow.deps, erin, 'acme'))).toBe('forbidden');
    expect(await outcome(report({}, gwen))).toMatch(/^(?:forbidden|not_found)$/);
    expect(await outcome(listBypassReports(flow.deps, gwen, 'acme'))).toBe('not_found');
    expect(await leaves()).toEqual([]);
  });

  test.each<[string, Partial<BypassInput>]>([
    ['nothing at all', { passed: 0, refused: 0, calls: [] }],
    ['a span that ends before it begins', { to: input.from }],
    ['fewer calls than it counts', { calls: input.calls.slice(0, 1) }],
    [
      'a record that the tenant’s log does not have, which may be of access under a gag,',
      { calls: input.calls.map((call) => ({ ...call, record: 'rec_019abcde-0000-7000-8000-000000000001' })) },
    ],
    ['a call outside the span', { calls: input.calls.map((call) => ({ ...call, at: input.to })) }],
  ])('%s is no report', async (_what, change) => {
    expect(await outcome(report(change))).toBe('invalid_request');
    expect(await leaves()).toEqual([]);
  });

  test('a service that is not there is refused, and so are too many reports an hour', async () => {
    expect(await outcome(report({ service: 'crm' }))).toBe('not_found');
    for (let count = 1; count <= 20; count += 1)
      await report({ passed: 1, to: `2026-11-24T16:00:${10 + count}Z` });
    expect(await outcome(report())).toBe('conflict');
    flow.clock.forward(3_601);
    await report();
  });
});
