import {
  listEvents,
  listReports,
  type Principal,
  publishReport,
  readOwnReport,
  readReport,
  type SignReport,
  type TransparencyReport,
  traceFigure,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeOn } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const sign: SignReport = async (log, { period }) => `a note of ${log} about ${period.name}`;

describeOn('PostgreSQL', 'transparency reports', (bench) => {
  let flow: Workflow;
  let asked: string[];
  const people: Record<string, Principal> = {};
  const who = (name: string): Principal => people[name] as Principal;
  beforeEach(async () => {
    // Its clock shows 24 November 2026.
    flow = await startWorkflow(bench.store, smallOrganisation({ vendorReviews: 0 }));
    for (const email of ['erin@northwind', 'ola@northwind', 'ada@acme', 'gwen@globex'])
      people[email.split('@')[0] ?? ''] = await flow.as(`${email}.example`);
    const [first, second] = [await flow.ask(who('erin')), await flow.ask(who('erin'))];
    flow.clock.forward(600);
    await flow.approve(who('ada'), first);
    await flow.deny(who('ada'), second);
    asked = [first.request.id, second.request.id];
  });
  /** A week after the end of the half-year. */
  const whenSettled = () => flow.clock.forward(46 * DAY);
  const published = async () =>
    JSON.parse((await readReport(flow.deps, who('gwen'), '2026-H2')).document) as TransparencyReport;

  test('a half-year is reported once, a week after its end, however many brokers run', async () => {
    flow.clock.forward(44 * DAY);
    expect(await publishReport(flow.deps, sign)).toBeNull();
    flow.clock.forward(2 * DAY);
    const made = await Promise.all([publishReport(flow.deps, sign), publishReport(flow.deps, sign)]);
    expect(made.filter((period) => period !== null)).toEqual(['2026-H2']);
    expect(await publishReport(flow.deps, sign)).toBeNull();
    expect(await listReports(flow.deps, who('erin'))).toMatchObject([{ period: '2026-H2' }]);
    const { items } = await listEvents(flow.deps, who('ada'), 'deployment', {}, { cursor: null, limit: 200 });
    const leaves = items.map(({ leaf }) => JSON.parse(leaf) as { type: string; data: object });
    expect(leaves.filter(({ type }) => type === 'report.published').map(({ data }) => data)).toEqual([
      { period: '2026-H2', note: 'a note of deployment about 2026-H2' },
    ]);
  });

  test('one tenant’s two requests are a band to everyone, and exact to the tenant itself', async () => {
    whenSettled();
    await publishReport(flow.deps, sign);
    const { figures, medianDecision } = await published();
    expect(figures['accesses.requested']).toEqual({ lo: 0, hi: 9 });
    expect(figures['demands']).toEqual({ lo: 0, hi: 9 });
    expect(medianDecision).toBeNull();
    const own = await readOwnReport(flow.deps, who('ada'), 'acme', '2026-H2');
    expect(own.figures['accesses.requested']).toEqual({ lo: 2, hi: 2 });
    expect(own.figures['accesses.approved']).toEqual({ lo: 1, hi: 1 });
    expect(own.figures['accesses.denied']).toEqual({ lo: 1, hi: 1 });
    expect(own.medianDecision).toEqual({ lo: 600, hi: 600 });
  });

  test('what is published never changes', async () => {
    whenSettled();
    await publishReport(flow.deps, sign);
    const before = await readReport(flow.deps, who('gwen'), '2026-H2');
    await flow.ask(who('erin'));
    await publishReport(flow.deps, sign);
    expect(await readReport(flow.deps, who('gwen'), '2026-H2')).toEqual(before);
    await expect(
      bench.database.raw("UPDATE transparency_reports SET document = '{}' WHERE period = '2026-H2'"),
    ).rejects.toThrow();
  });

  test('P9: a tenant’s own report is its own, and only those who watch over the vendor follow a figure', async () => {
    whenSettled();
    const own = (name: string) => readOwnReport(flow.deps, who(name), 'acme', '2026-H2');
    expect(await outcome(own('gwen'))).toBe('not_found');
    expect(await outcome(own('erin'))).toBe('forbidden');
    expect(await outcome(own('ola'))).toBe('done');
    expect(await outcome(readOwnReport(flow.deps, who('ada'), 'acme', '2027-H1'))).toBe('invalid_request');
    const trace = (name: string, figure: string) => traceFigure(flow.deps, who(name), '2026-H2', figure);
    expect(await trace('ola', 'accesses.requested')).toEqual({ value: 2, members: asked, more: 0 });
    expect(await outcome(trace('ada', 'accesses.requested'))).toBe('forbidden');
    expect(await outcome(trace('ola', 'accesses.nothing'))).toBe('not_found');
  });
});
