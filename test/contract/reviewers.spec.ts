/** @soak */

import { applyOrganisation, getRequest, type Principal } from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

type Organisation = ReturnType<typeof smallOrganisation>;

describeUseCase('SQLite', 'reviews and those who give them', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let rita: Principal;
  let ada: Principal;
  let bob: Principal;

  const apply = async (approvals: number, change: (file: Organisation) => void = () => {}) => {
    const file = smallOrganisation({ approvals });
    change(file);
    await applyOrganisation(flow.deps, file, { dryRun: false });
  };
  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation({ approvals: 2 }));
    [erin, max, rita, ada, bob] = await Promise.all([
      flow.as('erin@northwind.example'),
      flow.as('max@northwind.example'),
      flow.as('rita@northwind.example'),
      flow.as('ada@acme.example'),
      flow.as('bob@acme.example'),
    ]);
  });
  const read = async (id: string) => (await getRequest(flow.deps, erin, id)).request;
  const withoutStaff = (email: string) => (file: Organisation) => {
    file.vendor.staff = file.vendor.staff.filter((each) => each.email !== email);
  };
  const withCara = (file: Organisation) => {
    file.tenants[0]!.people[2]!.roles = ['approver'];
  };
  const withoutAda = (file: Organisation) => {
    file.tenants[0]!.people = file.tenants[0]!.people.slice(1);
  };

  test('P1: the approval of an approver who leaves no longer counts, and another has to give it', async () => {
    await apply(2, withCara);
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    await apply(2, (file) => {
      withCara(file);
      withoutAda(file);
    });
    expect((await read(asked.request.id)).needs.customer).toMatchObject({ required: 2, approved: 0 });
    await flow.approve(bob, asked);
    expect((await read(asked.request.id)).state).toBe('awaiting_customer');
    await flow.approve(await flow.as('cara@acme.example'), asked);
    expect((await read(asked.request.id)).state).toBe('approved');
    const voided = (await flow.leaves('acme')).filter((leaf) => leaf.type === 'review.voided');
    expect(voided.map((leaf) => leaf.data['request'])).toEqual([asked.request.id]);
  });

  test('P1: a person who comes back has not approved again by that', async () => {
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    await flow.approve(ada, asked);
    await apply(2, withoutAda);
    await apply(2);
    expect((await read(asked.request.id)).needs.customer.approved).toBe(0);
    expect(await outcome(flow.approve(ada, asked))).toBe('already_decided');
  });

  test('P1: a vendor’s reviewer who leaves while the customer decides is stood in for before anything is granted', async () => {
    const asked = await flow.ask(erin);
    await flow.approve(max, asked);
    expect(await outcome(flow.approve(rita, asked))).toBe('wrong_state');
    await apply(2, withoutStaff('max@northwind.example'));
    await flow.approve(ada, asked);
    await flow.approve(bob, asked);
    expect(await read(asked.request.id)).toMatchObject({ state: 'awaiting_customer', grant: null });
    await flow.approve(rita, asked);
    expect((await read(asked.request.id)).state).toBe('approved');
  });

  test('a role that is taken away voids as leaving does; what was decided stays decided', async () => {
    const decided = await flow.ask(erin);
    await flow.approve(max, decided);
    await flow.approve(ada, decided);
    await flow.approve(bob, decided);
    const open = await flow.ask(erin);
    await flow.approve(max, open);
    await flow.approve(ada, open);
    await apply(2, (file) => {
      file.tenants[0]!.people[0]!.roles = ['admin'];
      file.tenants[0]!.people[2]!.roles = ['approver'];
    });
    expect((await read(decided.request.id)).needs.customer.approved).toBe(2);
    expect((await read(open.request.id)).needs.customer.approved).toBe(0);
  });

  test('P1: a need for more approvals than were requested is reported, and the request has to be made again', async () => {
    const asked = await flow.ask(erin);
    await apply(3, withCara);
    await expect(flow.approve(max, asked)).rejects.toMatchObject({
      code: 'controls_changed',
      message: expect.stringContaining('now requires 3 approvals instead of 2'),
    });
    expect(await outcome(flow.deny(max, asked))).toBe('done');
  });

  test('a reviewer sees what was denied before of overlapping scope; the requester does not', async () => {
    const other = await flow.ask(erin, { scope: [{ resource: 'invoices', actions: ['list'] }] });
    await flow.deny(max, other);
    const same = await flow.ask(erin, { scope: [{ resource: 'invoices/17', actions: ['read'] }] });
    await flow.deny(max, same);
    flow.clock.forward(60);
    const asked = await flow.ask(erin);
    const { denials } = await getRequest(flow.deps, ada, asked.request.id);
    expect(denials).toEqual([
      {
        request: same.request.id,
        requester: erin.person.id,
        deniedAt: '2026-11-24T15:00:00Z',
        reason: 'not now',
      },
    ]);
    expect((await getRequest(flow.deps, erin, asked.request.id)).denials).toEqual([]);
  });
});
