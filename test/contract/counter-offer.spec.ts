/** @soak */

import {
  acceptOffer,
  applyOrganisation,
  cancelRequest,
  getGrant,
  getRequest,
  type Principal,
  type RequestView,
  reviewRequest,
  runDueTransitions,
} from '@countersign/access';
import { type Terms } from '@countersign/contract';
import { counterTerms, type Narrowing } from '@countersign/wording';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

describeUseCase('SQLite', 'counter-offers', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;
  let bob: Principal;

  const start = async (change: Parameters<typeof smallOrganisation>[0] = {}) => {
    flow = await startWorkflow(bench, smallOrganisation(change));
    [erin, max, ada, bob] = await Promise.all([
      flow.as('erin@northwind.example'),
      flow.as('max@northwind.example'),
      flow.as('ada@acme.example'),
      flow.as('bob@acme.example'),
    ]);
  };
  beforeEach(() => start());

  const scope = [{ resource: 'invoices/*', actions: ['read'] }];
  const atCustomer = async (change = {}): Promise<RequestView> => {
    const asked = await flow.ask(erin, { scope, ...change });
    await flow.approve(max, asked);
    return asked;
  };
  const less: Narrowing = { scope: [{ resource: 'invoices/17', actions: ['read'] }], seconds: 600 };
  const counter = (by: Principal, { request }: RequestView, narrowing = less, change: Partial<Terms> = {}) =>
    reviewRequest(flow.deps, by, request.id, {
      decision: 'counter',
      digest: request.digest,
      reason: 'this much',
      terms: { ...counterTerms(request.terms, request.digest, narrowing), ...change },
    });
  const read = (view: RequestView) => getRequest(flow.deps, erin, view.request.id);
  const accept = async (view: RequestView, digest?: string) => {
    const offered = digest ?? (await read(view)).offer?.digest ?? 'none';
    return acceptOffer(flow.deps, erin, view.request.id, offered);
  };

  test('P1: an accepted offer grants the narrower terms; the vendor’s review and the offer itself approve them', async () => {
    const asked = await atCustomer();
    const offer = await counter(ada, asked);
    const between = await read(asked);
    expect(between.request).toMatchObject({ state: 'countered', digest: asked.request.digest, grant: null });
    expect(between.offer).toMatchObject({
      digest: offer.offer!.digest,
      review: offer.id,
      terms: { parent: asked.request.digest, seconds: 600 },
    });
    const accepted = await accept(asked);
    expect(accepted.request).toMatchObject({
      state: 'approved',
      digest: offer.offer!.digest,
      terms: { parent: asked.request.digest, ...less },
      needs: { vendor: { approved: 1 }, customer: { approved: 1 } },
    });
    expect(accepted.offer).toBeNull();
    const { grant, scope: opened } = await getGrant(flow.deps, erin, accepted.request.grant ?? '');
    expect(grant).toMatchObject({
      digest: offer.offer!.digest,
      state: 'active',
      endsAt: '2026-11-24T15:10:00Z',
    });
    expect(opened).toEqual(less.scope);
    const types = (await flow.leaves('acme'))
      .map((leaf) => leaf.type)
      .filter((type) => /^(req|gra)/.test(type));
    expect(types.slice(-5)).toEqual([
      'request.reviewed',
      'request.countered',
      'request.accepted',
      'grant.started',
      'request.approved',
    ]);
  });

  test('P1: with two approvals, what others approved before lapses and another person has to approve the offer', async () => {
    await start({ approvals: 2 });
    const asked = await atCustomer();
    await flow.approve(bob, asked);
    await counter(ada, asked);
    const accepted = await accept(asked);
    expect(accepted.request).toMatchObject({
      state: 'awaiting_customer',
      grant: null,
      needs: { customer: { required: 2, approved: 1 } },
    });
    expect(await outcome(flow.approve(bob, asked))).toBe('digest_mismatch');
    expect(await outcome(flow.approve(ada, accepted))).toBe('already_decided');
    await flow.approve(bob, accepted);
    expect((await read(asked)).request.state).toBe('approved');
  });

  test('an offer may be answered by a narrower one, and the vendor’s review covers the whole line', async () => {
    await start({ approvals: 2 });
    const asked = await atCustomer();
    await counter(ada, asked, { seconds: 1800 });
    const first = await accept(asked);
    await counter(bob, first, { seconds: 600 });
    const second = await accept(first);
    expect(second.request).toMatchObject({
      state: 'awaiting_customer',
      terms: { parent: first.request.digest, seconds: 600 },
      needs: { vendor: { approved: 1 }, customer: { approved: 1 } },
    });
    await flow.approve(ada, second);
    expect((await read(asked)).request.state).toBe('approved');
  });

  test.each<[string, Narrowing, Partial<Terms>, string]>([
    ['more time', { seconds: 3601 }, {}, '/terms/seconds'],
    ['more objects', { scope: [{ resource: 'invoices/**', actions: ['read'] }] }, {}, '/terms/scope'],
    ['another action', { scope: [{ resource: 'invoices/1', actions: ['update'] }] }, {}, '/terms/scope'],
    ['another parent', less, { parent: `sha256:${'0'.repeat(64)}` }, '/terms/parent'],
    ['a later lapse', less, { lapsesAt: '2026-11-26T00:00:00Z' }, '/terms/lapsesAt'],
    [
      'a start that is over',
      less,
      { startsAt: '2026-11-24T14:59:00Z', lapsesAt: '2026-11-24T15:09:00Z' },
      '/terms/startsAt',
    ],
    ['another tenant', less, { tenant: 'globex' }, '/terms/tenant'],
  ])('P1: %s is no counter-offer, and nothing is written', async (_title, narrowing, change, pointer) => {
    const asked = await atCustomer();
    const before = (await flow.leaves('acme')).length;
    const refused = await counter(ada, asked, narrowing, change).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid_request', pointer });
    expect((await flow.leaves('acme')).length).toBe(before);
  });

  test('a budget and a later start may be added', async () => {
    const asked = await atCustomer();
    const change = {
      budget: { calls: 3 },
      startsAt: '2026-11-24T20:00:00Z',
      lapsesAt: '2026-11-24T20:10:00Z',
    };
    await counter(ada, asked, less, change);
    const accepted = await accept(asked);
    expect((await getGrant(flow.deps, erin, accepted.request.grant ?? '')).grant).toMatchObject({
      state: 'scheduled',
      startsAt: '2026-11-24T20:00:00Z',
    });
  });

  test('who may do what, and when', async () => {
    const asked = await flow.ask(erin, { scope });
    expect(await outcome(counter(max, asked))).toBe('wrong_state');
    expect(await outcome(counter(ada, asked))).toBe('wrong_state');
    await flow.approve(max, asked);
    expect(await outcome(accept(asked, asked.request.digest))).toBe('wrong_state');
    expect(await outcome(counter(erin, asked))).toBe('self_review');
    await counter(ada, asked);
    expect(await outcome(flow.approve(bob, asked))).toBe('wrong_state');
    expect(await outcome(counter(bob, asked))).toBe('wrong_state');
    expect(await outcome(flow.deny(ada, asked))).toBe('already_decided');
    expect(await outcome(accept(asked, asked.request.digest))).toBe('digest_mismatch');
    const offered = (await read(asked)).offer?.digest ?? '';
    expect(await outcome(acceptOffer(flow.deps, max, asked.request.id, offered))).toBe('forbidden');
    expect(await outcome(acceptOffer(flow.deps, ada, asked.request.id, offered))).toBe('forbidden');
  });

  test('while an offer stands the customer may still deny, and the requester withdraw', async () => {
    const denied = await atCustomer();
    await counter(ada, denied);
    await flow.deny(bob, denied);
    expect((await read(denied)).request.state).toBe('denied');
    const withdrawn = await atCustomer();
    await counter(ada, withdrawn);
    await cancelRequest(flow.deps, erin, withdrawn.request.id);
    expect((await read(withdrawn)).request.state).toBe('cancelled');
    expect(await outcome(accept(withdrawn))).toBe('already_decided');
  });

  test('silence lapses an offer too', async () => {
    const asked = await atCustomer();
    await counter(ada, asked);
    const offered = (await read(asked)).offer?.digest;
    flow.clock.forward(12 * 3600);
    expect(await outcome(accept(asked, offered))).toBe('already_decided');
    expect(await runDueTransitions(flow.deps)).toMatchObject({ requests: 1 });
    expect((await read(asked)).request.state).toBe('expired');
  });

  test('P1: rules that narrowed after the offer stop its acceptance', async () => {
    const asked = await atCustomer();
    await counter(ada, asked);
    const stricter = smallOrganisation({ approvals: 2 });
    await applyOrganisation(flow.deps, stricter, { dryRun: false });
    expect(await outcome(accept(asked))).toBe('controls_changed');
    expect((await read(asked)).request).toMatchObject({ state: 'countered', grant: null });
  });

  test('P1: an approval of hidden fields is in the terms; a counter-offer takes that away, and nothing adds it', async () => {
    const organisation = smallOrganisation();
    const services = organisation.services.map((service) => ({
      ...service,
      routes: service.routes.map((route) => ({ ...route, mask: ['/iban'] })),
    }));
    flow = await startWorkflow(bench, { ...organisation, services });
    const asked = await atCustomer({ unmasked: true });
    expect(asked.request.terms.unmasked).toBe(true);
    expect(asked.request.needs.customer.channels).not.toContain('slack');
    await counter(ada, asked, { masked: true });
    const offered = await read(asked);
    expect(offered.offer?.terms).not.toHaveProperty('unmasked');
    await accept(asked);
    expect((await read(asked)).request).toMatchObject({ state: 'approved' });
    const plain = await atCustomer();
    expect(plain.request.terms).not.toHaveProperty('unmasked');
    expect(await outcome(counter(ada, plain, less, { unmasked: true }))).toBe('invalid_request');
  });
});
