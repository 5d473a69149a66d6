import fc from 'fast-check';
import { sampleGrant, sampleRequest } from '../../../../test/factories/domain.js';
import { type AccessRequest, isOpen, REQUEST_TRANSITIONS, transitionRequest } from './access-request.js';
import { endGrant, GRANT_TRANSITIONS, type Grant } from './grant.js';
import { isTerminal, transition } from './transition-table.js';

const states = Object.keys(REQUEST_TRANSITIONS) as AccessRequest['state'][];
const AT = '2026-11-24T15:00:00Z';

describe('P8: a request has one terminal state', () => {
  test('no walk through the table leaves a terminal state', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 12 }), (walk) => {
        let request = sampleRequest();
        let ended: AccessRequest['state'] | undefined;
        for (const to of walk) {
          try {
            request = transitionRequest(request, to, { at: AT });
          } catch {
            continue;
          }
          expect(ended).toBeUndefined();
          if (!isOpen(request)) ended = request.state;
        }
        if (ended !== undefined) expect(request.state).toBe(ended);
      }),
    );
  });

  test('every pair that the table does not list is refused', () => {
    for (const from of states)
      for (const to of states) {
        const attempt = () => transitionRequest({ ...sampleRequest(), state: from }, to, { at: AT });
        if (REQUEST_TRANSITIONS[from].includes(to)) expect(attempt().state).toBe(to);
        else expect(attempt).toThrow(`no transition from ${from} to ${to}`);
      }
  });

  test('the table is that of the contract', () => {
    expect(REQUEST_TRANSITIONS).toEqual({
      awaiting_vendor: ['awaiting_customer', 'notifying', 'approved', 'denied', 'cancelled', 'expired'],
      awaiting_customer: ['approved', 'denied', 'countered', 'cancelled', 'expired'],
      countered: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
      notifying: ['approved', 'denied', 'cancelled', 'expired'],
      approved: [],
      denied: [],
      cancelled: [],
      expired: [],
    });
  });
});

test('a change increments the version and sets the end only in a terminal state', () => {
  const open = transitionRequest(sampleRequest(), 'awaiting_customer', { at: AT });
  expect(open).toMatchObject({ version: 2, endedAt: null });
  expect(transitionRequest(open, 'denied', { at: AT })).toMatchObject({ version: 3, endedAt: AT });
});

test('a grant ends once', () => {
  const ended: Grant = endGrant(sampleGrant(), 'revoked', AT);
  expect(ended).toMatchObject({ state: 'ended', endReason: 'revoked', endedAt: AT, version: 2 });
  expect(() => endGrant(ended, 'expired', AT)).toThrow('no transition from ended to ended');
  expect(isTerminal(GRANT_TRANSITIONS, 'ended')).toBe(true);
});

test('transition returns its target, so that a caller cannot store another state', () => {
  expect(transition(GRANT_TRANSITIONS, 'active', 'ended')).toBe('ended');
});
