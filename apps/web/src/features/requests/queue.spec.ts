import type { AccessRequest } from '@countersign/api';
import { inOrder, linkText, mayApproveHere, mayApproveInBulk, nextAfter, readOrder } from './queue.js';

const request = (
  level: 'low' | 'medium' | 'high',
  countersignature = false,
  state: AccessRequest['state'] = 'awaiting_customer',
) => ({
  tenant: 'acme',
  state,
  needs: { risk: { level }, impact: { level: 'low' as const }, customer: { countersignature } },
});

describe('the link to a request', () => {
  const asked = {
    ...{ state: 'awaiting_customer' as const, requester: 'usr_erin', digest: 'sha256:1', reviews: [] },
    terms: { basis: 'approval' as const },
  };
  const offered = { ...asked, state: 'countered' as const };
  const ada = { person: 'usr_ada', tenant: 'acme', roles: ['approver'] };
  const erin = { person: 'usr_erin', tenant: null, roles: ['engineer'] };

  test('says “decide” to those who decide, “accept or decline” to the engineer who was offered less, and else “open”', () => {
    expect(linkText(asked, ada)).toBe('open');
    expect(linkText(offered, erin)).toBe('answer');
    expect(linkText(asked, erin)).toBe('show');
    expect(linkText(asked, { ...ada, roles: ['auditor'] })).toBe('show');
  });

  test('promises nothing that an outdated request cannot do', () => {
    expect(linkText({ ...asked, outdated: 'The rules have changed.' }, ada)).toBe('show');
    expect(linkText({ ...offered, outdated: 'The rules have changed.' }, erin)).toBe('show');
  });
});

describe('a queue', () => {
  test('a customer approves in the list only what is of low risk and needs no passkey', () => {
    expect(mayApproveHere(request('low'), false)).toBe(true);
    expect(mayApproveHere(request('low', true), false)).toBe(false);
    expect(mayApproveHere(request('medium'), false)).toBe(false);
    const touchesMuch = { ...request('low').needs, impact: { level: 'medium' as const } };
    expect(mayApproveHere({ ...request('low'), needs: touchesMuch }, false)).toBe(false);
    expect(mayApproveHere(request('high', true), false)).toBe(false);
    expect(mayApproveHere(request('low', false, 'countered'), false)).toBe(false);
  });

  test('the vendor reviews anything in the list, and several at once only of low risk', () => {
    expect(mayApproveHere(request('high', true, 'awaiting_vendor'), true)).toBe(true);
    expect(mayApproveInBulk(request('high', true, 'awaiting_vendor'), true)).toBe(false);
    expect(mayApproveInBulk(request('low', false, 'awaiting_vendor'), true)).toBe(true);
    expect(mayApproveInBulk(request('low', true), false)).toBe(false);
  });

  test('what the rules no longer allow is not approved in the list', () => {
    const vendors = { ...request('low', false, 'awaiting_vendor'), outdated: 'The rules have changed.' };
    expect([mayApproveHere(vendors, true), mayApproveInBulk(vendors, true)]).toEqual([false, false]);
    const customers = { ...request('low'), outdated: 'The rules have changed.' };
    expect([mayApproveHere(customers, false), mayApproveInBulk(customers, false)]).toEqual([false, false]);
    expect(mayApproveInBulk({ ...customers, outdated: null }, false)).toBe(true);
  });

  test('begins with what lapses first, or with the newest', () => {
    const at = (id: string, lapses: number, created: number) =>
      ({
        id,
        lapsesAt: new Date(lapses).toISOString(),
        createdAt: new Date(created).toISOString(),
      }) as AccessRequest;
    const all = [at('a', 3_000, 1), at('b', 1_000, 2), at('c', 2_000, 3)];
    expect(inOrder(all, readOrder(null)).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(inOrder(all, readOrder('newest')).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  test('goes on with the next request, and from the last one back', () => {
    expect(nextAfter(['a', 'b', 'c'], 'b')).toBe('c');
    expect(nextAfter(['a', 'b', 'c'], 'c')).toBe('b');
    expect(nextAfter(['a'], 'a')).toBeNull();
  });
});
