/** @soak */

import {
  applyOrganisation,
  deleteTemplate,
  listTemplates,
  MAX_TEMPLATES,
  type Principal,
  type RequestTemplate,
  readPreferences,
  savePreferences,
  saveTemplate,
  type TemplateRequest,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const REQUEST: TemplateRequest = {
  ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
  ...{ duration: 'PT1H', justification: 'Totals differ', budget: { calls: 20 } },
};

describeUseCase('SQLite', 'what people keep for themselves', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;
  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    [erin, max, ada] = (await Promise.all(
      ['erin@northwind.example', 'max@northwind.example', 'ada@acme.example'].map(inBrowser),
    )) as [Principal, Principal, Principal];
  });
  const inBrowser = async (email: string): Promise<Principal> => ({
    ...(await flow.as(email)),
    ...{ channel: 'web', assurance: 'oidc', authenticatedAt: flow.clock.now().toISOString() },
  });
  const save = (name: string, request = REQUEST, who = erin) =>
    saveTemplate(flow.deps, who, { name, request });
  const list = (who = erin): Promise<RequestTemplate[]> => listTemplates(flow.deps, who);

  test('a template is saved under its name, and replaces one whose name differs only in case', async () => {
    const first = await save(' Wrong total ');
    expect(first).toMatchObject({ name: 'Wrong total', person: erin.person.id, request: REQUEST });
    const second = await save('WRONG TOTAL', { ...REQUEST, duration: 'PT2H' });
    await save('a list');
    expect(await list()).toEqual([
      expect.objectContaining({ name: 'a list' }),
      { ...second, id: first.id, request: { ...REQUEST, duration: 'PT2H' } },
    ]);
    expect(await outcome(save('  '))).toBe('invalid_request');
    // It is no event of any log.
    const leaves = [...(await flow.leaves('acme')), ...(await flow.leaves('deployment'))];
    expect(leaves.filter(({ type }) => type.includes('template'))).toEqual([]);
  });

  test('no one else reads, changes or deletes a template; a person who may not request access cannot save one', async () => {
    const { id } = await save('Wrong total');
    expect(await list(max)).toEqual([]);
    expect(await outcome(deleteTemplate(flow.deps, max, id))).toBe('not_found');
    await save('Wrong total', { ...REQUEST, duration: 'PT2H' }, max);
    expect((await list()).map(({ request }) => request.duration)).toEqual(['PT1H']);
    expect(await outcome(save('mine', REQUEST, ada))).toBe('forbidden');
    await deleteTemplate(flow.deps, erin, id);
    expect(await list()).toEqual([]);
    expect(await outcome(deleteTemplate(flow.deps, erin, id))).toBe('not_found');
  });

  test('the number of templates is limited; replacing one is always possible', async () => {
    for (let count = 0; count < MAX_TEMPLATES; count += 1) await save(`case ${count}`);
    expect(await outcome(save('one more'))).toBe('conflict');
    expect(await outcome(save('Case 1'))).toBe('done');
  });

  test('a person who is removed leaves nothing behind, and comes back with nothing', async () => {
    await save('Wrong total');
    await save('Wrong total', REQUEST, max);
    await savePreferences(flow.deps, erin, { off: { access: ['mail'] }, zone: 'Asia/Tokyo' });
    const whole = smallOrganisation();
    const staff = whole.vendor.staff.filter(({ email }) => email !== 'erin@northwind.example');
    await applyOrganisation(flow.deps, { ...whole, vendor: { ...whole.vendor, staff } }, { dryRun: false });
    expect(await bench.database.raw('SELECT person FROM request_templates')).toEqual([
      { person: max.person.id },
    ]);
    // A request of theirs that was under way when they were removed leaves nothing either.
    expect(await outcome(save('late'))).not.toBe('done');
    expect(await outcome(savePreferences(flow.deps, erin, { off: {}, zone: null }))).not.toBe('done');
    await applyOrganisation(flow.deps, whole, { dryRun: false });
    expect(await list()).toEqual([]);
    expect(await readPreferences(flow.deps, erin)).toEqual({ off: {}, zone: null, browserZone: null });
  });

  test('choices belong to one person; a chosen zone wins over the browser’s, and a sign-in does not change it', async () => {
    const read = (who = erin) => readPreferences(flow.deps, who);
    const browser = (zone: string) =>
      bench.store.sessions.write(({ sessions }) => sessions.noteZone(erin.person.id, zone));
    const zoneOfMail = () =>
      bench.store.readForTenant(
        'acme',
        async ({ organisation }) => (await organisation.readers([erin.person.id]))[0]?.zone ?? null,
      );
    expect(await read()).toEqual({ off: {}, zone: null, browserZone: null });
    await browser('Europe/Berlin');
    expect(await zoneOfMail()).toBe('Europe/Berlin');
    const chosen = { off: { decide: ['mail' as const] }, zone: 'Asia/Tokyo' };
    expect(await savePreferences(flow.deps, erin, chosen)).toEqual({
      ...chosen,
      browserZone: 'Europe/Berlin',
    });
    await browser('America/Lima');
    expect(await read()).toEqual({ ...chosen, browserZone: 'America/Lima' });
    expect(await zoneOfMail()).toBe('Asia/Tokyo');
    expect(await read(max)).toEqual({ off: {}, zone: null, browserZone: null });
    expect(await savePreferences(flow.deps, erin, { off: {}, zone: null })).toMatchObject({
      off: {},
      zone: null,
    });
    expect(await zoneOfMail()).toBe('America/Lima');
  });

  test('a duty must keep at least one way, and a zone must be a known name', async () => {
    const save = (off: Parameters<typeof savePreferences>[2]['off'], zone: string | null = null) =>
      outcome(savePreferences(flow.deps, ada, { off, zone }));
    expect(await save({ decide: ['mail', 'slack'] })).toBe('invalid_request');
    expect(await save({ own: ['mail', 'slack'] })).toBe('invalid_request');
    expect(await save({ access: ['mail', 'slack'], decided: ['mail', 'slack'] })).toBe('done');
    expect(await save({}, 'Europe/Atlantis')).toBe('invalid_request');
  });

  test('a mailed code, an API key or a session without a fresh sign-in cannot switch notices off', async () => {
    const silence = (how: Partial<Principal>) =>
      outcome(savePreferences(flow.deps, { ...ada, ...how }, { off: { access: ['mail'] }, zone: null }));
    expect(await silence({ assurance: 'mail-code' })).toBe('forbidden');
    expect(await silence({ channel: 'api', assurance: 'api-key' })).toBe('forbidden');
    flow.clock.forward(11 * 60);
    expect(await silence({})).toBe('fresh_sign_in_required');
    expect(await readPreferences(flow.deps, ada)).toMatchObject({ off: {} });
    expect(await silence({ authenticatedAt: flow.clock.now().toISOString() })).toBe('done');
  });

  test('a person is notified when less reaches them or their clocks change, and not when more does', async () => {
    const choose = (who: Principal, off: Parameters<typeof savePreferences>[2]['off'], zone: string | null) =>
      savePreferences(flow.deps, who, { off, zone });
    const sent = async () => {
      const due = await bench.store.notices.read(({ outbox }) =>
        outbox.due(flow.clock.now().toISOString(), 100),
      );
      return due
        .filter(({ kind }) => kind === 'account.notices-changed')
        .map(({ tenant, audience }) => [tenant, ...audience]);
    };
    const logged = async (log: string) =>
      (await flow.leaves(log)).filter(({ type }) => type === 'preferences.changed');
    await choose(ada, {}, null);
    expect(await sent()).toEqual([]);
    await choose(ada, { decide: ['slack'] }, null);
    expect(await sent()).toEqual([['acme', ada.person.id]]);
    await choose(ada, { decide: ['slack'] }, null);
    await choose(ada, {}, null);
    expect(await sent()).toHaveLength(1);
    await choose(ada, {}, 'Asia/Tokyo');
    await choose(erin, { reports: ['mail'] }, null);
    expect(await sent()).toEqual([
      ['acme', ada.person.id],
      ['acme', ada.person.id],
      ['deployment', erin.person.id],
    ]);
    // The log has each change, also those after which more notices arrive. It does not have the choices.
    const { id } = ada.person;
    expect(await logged('acme')).toMatchObject(
      Array.from({ length: 3 }, () => ({ actor: id, data: { person: id } })),
    );
    expect((await logged('vendor')).map(({ data }) => data)).toEqual([{ person: erin.person.id }]);
    expect(JSON.stringify(await logged('acme'))).not.toMatch(/slack|Tokyo/);
  });
});
