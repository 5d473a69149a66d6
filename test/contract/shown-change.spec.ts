/** @soak */

import { createHash } from 'node:crypto';
import {
  type AccessError,
  getRequest,
  listRequests,
  type Principal,
  type RequestView,
  runDueTransitions,
  type ShownChange,
} from '@countersign/access';
import { parseTerms, termsCommitments } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const BODY = '{"status":"void"}';
const BEFORE = { body: '{"id":7,"status":"open"}', at: '2026-11-24T14:59:00Z' };
const change = {
  // Not a write: in this organisation a write needs a passkey.
  method: 'GET',
  path: '/tenants/acme/invoices/7',
  bodySha256: `sha256:${createHash('sha256').update(BODY).digest('hex')}`,
  contentType: 'application/json',
};

describeUseCase('SQLite', 'what reviewers of an exact change are shown', (bench) => {
  let flow: Workflow;
  let [erin, max, ada, gwen] = [] as unknown as [Principal, Principal, Principal, Principal];

  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    const emails = [
      'erin@northwind.example',
      'max@northwind.example',
      'ada@acme.example',
      'gwen@globex.example',
    ];
    [erin, max, ada, gwen] = (await Promise.all(emails.map(flow.as))) as [
      Principal,
      Principal,
      Principal,
      Principal,
    ];
  });

  const propose = (shown?: ShownChange, by = erin, more: object = {}): Promise<RequestView> =>
    flow.ask(by, { change, budget: { calls: 1 }, ...(shown === undefined ? {} : { shown }), ...more });

  test('the terms commit to both texts, the log to the same, and each reader of the request sees them', async () => {
    const { request } = await propose({ body: BODY, before: BEFORE });
    expect(parseTerms(request.terms)).toEqual(request.terms);
    expect(Object.keys(termsCommitments(request.terms))).toEqual([
      'justification',
      'changeBody',
      'changeBefore',
    ]);
    expect(request.terms.change?.before?.at).toBe(BEFORE.at);
    const { openings } = await getRequest(flow.deps, ada, request.id);
    expect([openings['changeBody']?.value, openings['changeBefore']?.value]).toEqual([BODY, BEFORE.body]);
    const leaf = (await flow.leaves('acme')).findLast(({ type }) => type === 'request.created');
    expect(leaf?.commitments).toEqual(termsCommitments(request.terms));
    expect(JSON.stringify(leaf)).not.toMatch(/\bvoid\b/);
    expect(await outcome(getRequest(flow.deps, gwen, request.id))).toBe('not_found');
  });

  test('P1: a change that the scope does not allow is refused at the request, and not first at the gateway', async () => {
    const asked = (path: string) =>
      propose({ body: BODY }, erin, { change: { ...change, path } }).catch((error: AccessError) =>
        error.refusals.map(({ code, pointer }) => `${code} ${pointer}`),
      );
    expect(await asked('/tenants/acme/payroll/7')).toEqual(['change_outside_scope /change']);
    expect(await asked('/tenants/globex/invoices/7')).toEqual(['change_outside_scope /change/path']);
    expect(await asked('/tenants/acme/invoices/7?void=1')).toEqual(['change_outside_scope /change/path']);
    expect(await asked('/tenants/acme/invoices/7')).toHaveProperty('request');
  });

  test('lists leave the long texts out', async () => {
    await propose({ body: BODY, before: BEFORE });
    const { items } = await listRequests(flow.deps, ada, {}, { cursor: null, limit: 10 });
    expect(items.map(({ openings }) => Object.keys(openings))).toEqual([['justification']]);
  });

  test.each<[string, ShownChange, object]>([
    ['another body than the one whose hash is approved', { body: `${BODY} ` }, {}],
    ['a read of the future', { body: BODY, before: { ...BEFORE, at: '2026-11-24T15:00:01Z' } }, {}],
    ['the body of an encoded change', { body: BODY }, { change: { ...change, contentEncoding: 'gzip' } }],
    ['texts without a change', { body: BODY }, { change: undefined, budget: undefined }],
    [
      'an earlier request that is not there',
      { body: BODY, follows: 'req_019abcde-0000-7000-8000-000000000009' },
      {},
    ],
  ])('refuses %s', async (_what, shown, more) => {
    expect(await outcome(propose(shown, erin, more))).toBe('invalid_request');
  });

  test('read now, and write when the change is proposed: one thread, and each has its own decision', async () => {
    const reading = await flow.ask(erin);
    await flow.approve(max, reading);
    await flow.approve(ada, reading);
    await runDueTransitions(flow.deps);
    const proposed = await propose({ body: BODY, follows: reading.request.id });
    const first = await getRequest(flow.deps, ada, reading.request.id);
    expect(first.proposed.map(({ id, state }) => [id, state])).toEqual([
      [proposed.request.id, 'awaiting_vendor'],
    ]);
    expect(first.request.state).toBe('approved');
    expect((await getRequest(flow.deps, ada, proposed.request.id)).request.terms.change?.follows).toBe(
      reading.request.id,
    );
    // Only one's own request is followed.
    expect(await outcome(propose({ body: BODY, follows: reading.request.id }, max))).toBe('invalid_request');
  });

  test('a record that the requester names counts only if there is one of theirs', async () => {
    const record = 'rec_019abcde-0000-7000-8000-000000000001';
    const { request } = await propose({ body: BODY, before: { ...BEFORE, record } });
    expect((await getRequest(flow.deps, ada, request.id)).beforeRecord).toBeNull();
    const unnamed = await propose({ body: BODY, before: BEFORE });
    expect('beforeRecord' in (await getRequest(flow.deps, ada, unnamed.request.id))).toBe(false);
  });
});
