/** @soak */

import {
  addDemandStep,
  applyOrganisation,
  enterDemand,
  getRequest,
  listEvents,
  listReports,
  type Principal,
  publishReport,
  readOwnReport,
  readReport,
  reportCsv,
  type SignReport,
  signInByProvider,
  type TransparencyReport,
  traceFigure,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const sign: SignReport = async (log, { period }) => `a note of ${log} about ${period.name}`;

describeUseCase('SQLite', 'transparency reports', (bench) => {
  let flow: Workflow;
  let asked: string[];
  const people: Record<string, Principal> = {};
  const who = (name: string): Principal => people[name] as Principal;
  beforeEach(async () => {
    // Its clock shows 24 November 2026.
    flow = await startWorkflow(bench, smallOrganisation({ vendorReviews: 0 }));
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
    const periods = await Promise.all([publishReport(flow.deps, sign), publishReport(flow.deps, sign)]);
    expect(periods.filter((period) => period !== null)).toEqual(['2026-H2']);
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

  /** Erin works in Germany by the provider, and for a GmbH by the file; Max is a contractor by the file. Three are legal counsel. */
  async function stateFacts(): Promise<void> {
    const file = smallOrganisation({ vendorReviews: 0 });
    const issuer = 'https://id.example';
    file.vendor.oidc = { issuer, clientId: 'c', clientSecretFile: './s', claims: { country: 'ctry' } };
    const person = (name: string) => file.vendor.staff.find(({ email }) => email.startsWith(`${name}@`));
    person('erin')!.facts = { entity: 'Northwind GmbH' };
    person('max')!.facts = { employment: 'contractor' };
    for (const name of ['lea', 'leo', 'lia'])
      file.vendor.staff.push({
        ...{ email: `${name}@northwind.example`, name, roles: ['legal'], facts: { country: 'US' } },
      });
    await applyOrganisation(flow.deps, file, { dryRun: false });
    for (const name of ['max', 'lea', 'leo', 'lia'])
      people[name] = await flow.as(`${name}@northwind.example`);
    const subject = who('erin').person.id;
    await signInByProvider(
      flow.deps,
      {
        ...{ tenant: null, issuer, subject, email: 'erin@northwind.example', emailVerified: true },
        ...{ roles: null, facts: { country: 'DE' } },
      },
      { device: 'a browser', replaces: null },
      { idle: 1_800, absolute: 43_200 },
    );
    people['erin'] = await flow.as('erin@northwind.example');
  }

  test('P9: a tenant’s own report counts access by place and employer of the requester, and none under a gag', async () => {
    await stateFacts();
    await flow.approve(who('ada'), await flow.ask(who('erin')));
    await flow.ask(who('max'));
    const gag = { order: '§ 101 StPO', until: '2027-02-24T00:00:00Z' };
    const { demand } = await enterDemand(flow.deps, who('lea'), {
      ...{
        authority: 'County court',
        country: 'DE',
        legalBasis: '§ 94 StPO',
        kind: 'order',
        reference: null,
      },
      ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['konto-4711'], dueAt: null },
      ...{ receivedAt: '2026-11-24T09:00:00Z', gag, reason: 'By courier' },
    });
    await addDemandStep(flow.deps, who('lea'), demand.id, {
      ...{ action: 'redirected', outcome: 'declined', reason: 'the court insists' },
    });
    const sealed = await flow.ask(who('lea'), { basis: 'legal', demand: demand.id });
    for (const name of ['leo', 'lia']) await flow.approve(who(name), sealed);
    const { request } = await getRequest(flow.deps, who('lea'), sealed.request.id);
    expect(request).toMatchObject({
      state: 'approved',
      terms: { requesterFacts: { country: { value: 'US' } } },
    });
    whenSettled();
    const own = await readOwnReport(flow.deps, who('ada'), 'acme', '2026-H2');
    const row = (value: string | null, requested: number, approved: number, verified: number) => ({
      ...{ value, requested, approved, verified },
    });
    expect(own.requesters).toEqual({
      country: [row('DE', 1, 1, 1), row(null, 3, 1, 0)],
      entity: [row('Northwind GmbH', 1, 1, 0), row(null, 3, 1, 0)],
      employment: [row('contractor', 1, 0, 0), row(null, 3, 2, 0)],
    });
    expect(own.figures['accesses.requested']).toEqual({ lo: 4, hi: 4 });
    expect(reportCsv(own)).toContain('\r\naccesses.verified.country.DE,1,1\r\n');
    // Another tenant's report, and the one about all, have nothing of it.
    const other = await readOwnReport(flow.deps, who('gwen'), 'globex', '2026-H2');
    expect(other.requesters?.country).toEqual([row(null, 0, 0, 0)]);
    await publishReport(flow.deps, sign);
    expect(await published()).not.toHaveProperty('requesters');
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
