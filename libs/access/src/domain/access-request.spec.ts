import { sampleRequest } from '../../../../test/factories/domain.js';
import { applyDueReminder, nextReminder } from './access-request.js';

const asked = { createdAt: '2026-11-24T15:00:00Z', lapsesAt: '2026-11-24T19:00:00Z' };
const at = (text: string) => new Date(`2026-11-24T${text}Z`);

test('a request reminds at half of its lifetime, escalates at three quarters, and then stops', () => {
  const request = sampleRequest(asked);
  expect(nextReminder(request)).toEqual({ kind: 'request.reminder', at: '2026-11-24T17:00:00Z' });
  expect(nextReminder({ ...request, reminders: 1 })).toEqual({
    kind: 'request.escalated',
    at: '2026-11-24T18:00:00Z',
  });
  expect(nextReminder({ ...request, reminders: 2 })).toBeNull();
});

test.each([
  ['16:59:59', null],
  ['17:00:00', 'request.reminder'],
  ['17:59:59', 'request.reminder'],
  ['18:00:00', 'request.escalated'],
  ['18:59:59', 'request.escalated'],
])('at %s the due reminder is sent once: %s', (now, kind) => {
  const first = applyDueReminder(sampleRequest(asked), at(now));
  expect(first?.kind ?? null).toBe(kind);
  if (first !== null) expect(applyDueReminder(first.request, at(now))).toBeNull();
});

test.each(['countered', 'approved', 'denied', 'cancelled', 'expired'] as const)(
  'no one is reminded of a request that is %s',
  (state) => {
    expect(applyDueReminder(sampleRequest({ ...asked, state }), at('18:30:00'))).toBeNull();
  },
);
