/** @soak */

import {
  AccessError,
  type AccessRequestInput,
  type Grant,
  getPrivacyControls,
  type InvitationInput,
  invite,
  mintToken,
  type Principal,
  setPrivacyControls,
} from '@countersign/access';

import { type InvitationStatement, statementHash, type Terms, termsDigest } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { copiesOf, faultOf } from '../support/log-copy.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome, plainMinter } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const ALL = { cursor: null, limit: 200 };

const reading: InvitationInput = {
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  until: '2026-11-25T15:00:00Z',
  ...{ notBefore: null, ticket: null, seconds: 1_800, budget: null, uses: null },
};

describeUseCase('SQLite', 'hidden fields that an invitation lets requests show', (bench) => {
  let flow: Workflow;
  let [erin, ada]: Principal[] = [];

  beforeEach(async () => {
    const file = smallOrganisation({ vendorReviews: 0 });
    for (const route of file.services[0]!.routes)
      if (route.path.endsWith('/invoices/{id}')) route.mask = ['/iban'];
    flow = await startWorkflow(bench, file);
    [erin, ada] = await Promise.all(['erin@northwind.example', 'ada@acme.example'].map(flow.as));
  });

  const open = async (change: Partial<InvitationInput> = {}) =>
    (await invite(flow.deps, ada!, 'acme', { ...reading, ...change })).invitation;
  const ask = (change: Partial<AccessRequestInput> = {}) =>
    flow.ask(erin!, { seconds: 1_800, unmasked: true, ...change });
  const refusals = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => {
        if (!(error instanceof AccessError)) throw error;
        return error.refusals.map(({ code, pointer }) => `${code} ${pointer}`).join(', ');
      },
    );
  const copies = () => copiesOf({ host: { store: bench.store } });

  test('P1: the signed statement says it, so a request that asks for it needs no further approval', async () => {
    const invitation = await open({ unmasked: true });
    expect(invitation.statement.unmasked).toBe(true);
    const { request } = await ask();
    expect(request).toMatchObject({
      state: 'approved',
      terms: { basis: 'invitation', invitation: invitation.hash, unmasked: true },
    });
    const { items } = await bench.store.readForTenant('acme', (unit) =>
      unit.grants.list({ request: request.id }, ALL),
    );
    expect(await outcome(mintToken(flow.deps, plainMinter, erin!, (items[0] as Grant).id))).toBe('done');
    expect(await faultOf(await copies())).toBe('none');
  });

  test('P1: an invitation that does not say it opens nothing for such a request', async () => {
    const { statement } = await open();
    expect(statement).not.toHaveProperty('unmasked');
    // The customer decides by itself…
    expect((await ask()).request).toMatchObject({ state: 'awaiting_customer', terms: { basis: 'approval' } });
    // …and a request that insists on the invitation is refused.
    expect(await refusals(ask({ basis: 'invitation' }))).toBe('unmasked_not_allowed /unmasked');
  });

  test('a request under such an invitation that does not ask for it shows nothing more', async () => {
    await open({ unmasked: true });
    const { request } = await flow.ask(erin!, { seconds: 1_800 });
    expect(request.terms).toMatchObject({ basis: 'invitation' });
    expect(request.terms).not.toHaveProperty('unmasked');
  });

  test('no invitation says it where the controls keep fields hidden, or where none is hidden', async () => {
    const nothing = { unmasked: true as const, scope: [{ resource: 'invoices', actions: ['list'] }] };
    expect(await refusals(open(nothing))).toBe('unmasked_not_allowed /unmasked');
    await open({ unmasked: true });
    const now = await getPrivacyControls(flow.deps, ada!, 'acme');
    await setPrivacyControls(flow.deps, ada!, 'acme', now.version, () => ({
      ...now.controls,
      keepMasked: true,
    }));
    expect(await refusals(open({ unmasked: true }))).toBe('unmasked_not_allowed /unmasked');
    // Also not by the invitation that was made before.
    expect(await refusals(ask({ basis: 'invitation' }))).toContain('unmasked_not_allowed /unmasked');
  });

  test('P10: the replay finds access that shows hidden fields under an invitation that does not say so', async () => {
    await open({ unmasked: true });
    await ask();
    const { tenant, deployment } = await copies();
    const created = tenant.leaves[tenant.indexOf('invitation.created')]!.data as {
      hash: string;
      statement: InvitationStatement;
    };
    const { unmasked: _, ...statement } = created.statement;
    const { hashing } = flow.deps;
    const terms = tenant.leaves[tenant.indexOf('request.created')]!.data['terms'] as Terms;
    const hash = statementHash(hashing, statement as never);
    tenant.change('invitation.created', { statement });
    const text = JSON.stringify(tenant.leaves)
      .replaceAll(created.hash, hash)
      .replaceAll(termsDigest(hashing, terms), termsDigest(hashing, { ...terms, invitation: hash }));
    tenant.leaves.splice(0, tenant.leaves.length, ...JSON.parse(text));
    expect(await faultOf({ tenant, deployment })).toMatch(/^wrong_invitation /);
  });
});
