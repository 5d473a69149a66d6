/** @soak */

import {
  type AccessRule,
  applyOrganisation,
  getPerson,
  mintToken,
  type Organisation,
  reviewRequest,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { startWorkflow } from './support/workflow.js';

// The test's clock begins on Tuesday 2026-11-24 at 15:00 UTC.
const UNTIL_FOUR: AccessRule = {
  hours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '16:00', zone: 'UTC' },
};

const ruled = (rules: AccessRule[], groups: string[] = []): Organisation => {
  const file = smallOrganisation({ vendorReviews: 0 });
  file.accessPolicy.rules = rules;
  if (groups.length > 0) file.vendor.staff[0]!.groups = groups;
  return file;
};

describeUseCase('SQLite', 'access policy by service, action and group', (bench) => {
  async function granted(file: Organisation, change: object = {}) {
    const flow = await startWorkflow(bench, file);
    const erin = await flow.as('erin@northwind.example');
    const ada = await flow.as('ada@acme.example');
    const view = await flow.ask(erin, change);
    const mint = async () => {
      const { items } = await bench.store.readForTenant('acme', (unit) =>
        unit.grants.list({ request: view.request.id }, { cursor: null, limit: 1 }),
      );
      return outcome(mintToken(flow.deps, plainMinter, erin, items[0]!.id));
    };
    const apply = (next: Organisation) => applyOrganisation(flow.deps, next, { dryRun: false });
    return { flow, erin, ada, view, mint, apply };
  }

  test('P13: who is in none of the rule’s groups may not ask, and who is may', async () => {
    const flow = await startWorkflow(bench, ruled([{ actions: ['read'], groups: ['finance'] }], ['finance']));
    const refused = await outcome(flow.ask(await flow.as('max@northwind.example')));
    expect(refused).toBe('request_refused');
    expect(await outcome(flow.ask(await flow.as('erin@northwind.example')))).toBe('done');
    const { person } = await flow.as('erin@northwind.example');
    expect((await getPerson(flow.deps, await flow.as('max@northwind.example'), person.id)).groups).toEqual([
      'finance',
    ]);
  });

  test('P13: the same file changes nothing; a group that is taken away ends tokens and pending asks', async () => {
    const file = ruled([{ groups: ['finance'] }], ['finance']);
    const { flow, ada, view, mint, apply } = await granted(file);
    expect(await apply(file)).toEqual([]);
    await flow.approve(ada, view);
    expect(await mint()).toBe('done');
    const waiting = await flow.ask(await flow.as('erin@northwind.example'));
    const changes = await apply(ruled([{ groups: ['finance'] }], ['support']));
    expect(changes.map(({ kind, name }) => [kind, name])).toEqual([['person', 'erin@northwind.example']]);
    expect(await mint()).toBe('grant_not_active');
    expect(await outcome(flow.approve(ada, waiting))).toBe('controls_changed');
    // Saying no is still possible.
    const denial = { decision: 'deny' as const, digest: waiting.request.digest, reason: 'no' };
    expect(await outcome(reviewRequest(flow.deps, ada, waiting.request.id, denial))).toBe('done');
  });

  test('P1: outside the hours no token is minted, and inside them again', async () => {
    const { flow, ada, view, mint } = await granted(ruled([UNTIL_FOUR]));
    await flow.approve(ada, view);
    flow.clock.forward(3_540);
    expect(await mint()).toBe('done');
    flow.clock.forward(60);
    expect(await mint()).toBe('grant_not_active');
  });

  test('P1: a rule that came meanwhile is a 409 at the review', async () => {
    const { flow, ada, view, apply } = await granted(ruled([]));
    await apply(ruled([{ services: ['billing'], ticketRequired: true }]));
    expect(await outcome(flow.approve(ada, view))).toBe('controls_changed');
  });

  test('P1: a rule that came meanwhile ends a scheduled grant at its start', async () => {
    const { flow, ada, view, mint, apply } = await granted(ruled([]), { startsAt: '2026-11-24T15:30:00Z' });
    await flow.approve(ada, view);
    await apply(ruled([{ actions: ['read'], maxDuration: 600 }]));
    flow.clock.forward(1_800);
    expect(await mint()).toBe('grant_not_active');
  });
});
