import { type CodedReason, howApprovedText, needChangeTexts, needReasonText } from './need-reasons.js';

const CODES: CodedReason['code'][] = [
  ...(['no_consent', 'unmasked', 'sensitive', 'changes_many', 'changes', 'not_listed', 'listed'] as const),
  ...(['notified_first', 'unmasked_signed', 'controls_sign', 'trust_signs'] as const),
  ...(['unmasked_not_slack', 'not_slack', 'any_channel'] as const),
];

test('each side reads the same reason in words for its side, in its language', () => {
  const reason: CodedReason = { code: 'trust_signs', actions: ['list', 'read'] };
  expect(needReasonText(reason, 'customer', 'en')).toBe(
    'Your trust document requires a passkey for “list” and “read”.',
  );
  expect(needReasonText(reason, 'vendor', 'en')).toBe(
    'The customer’s trust document requires a passkey for “list” and “read”.',
  );
  expect(needReasonText(reason, 'customer', 'de')).toBe(
    'Ihr Vertrauensdokument verlangt einen Passkey für „list“ und „read“.',
  );
});

test.each(CODES)('%s: no text for the vendor’s people says “your”', (code) => {
  const reason = { code, actions: ['update'] };
  for (const language of ['en', 'de'] as const) {
    const text = needReasonText(reason, 'vendor', language);
    expect(text).not.toMatch(/\byour\b|\bIhre?[nrs]?\b|\bSie\b/i);
    expect(text).toMatch(/\.$/);
  }
});

test('how the customer approves', () => {
  expect(howApprovedText({ countersignature: true, channels: ['web'] }, 'en')).toBe(
    'With a passkey, on the web',
  );
  expect(howApprovedText({ countersignature: false, channels: ['web', 'api', 'slack'] }, 'de')).toBe(
    'Im Web, über die API oder in Slack',
  );
});

test('what has become stricter; a passkey says all about the channels', () => {
  const none = { from: null, to: null, channels: [] };
  const channels = { ...none, code: 'channels', channels: ['api', 'slack'] } as const;
  expect(needChangeTexts([{ ...none, code: 'passkey' }, channels], 'customer', 'en')).toEqual([
    'This request was sent before a passkey was required.',
  ]);
  expect(needChangeTexts([channels], 'vendor', 'de')).toEqual([
    'Die Anfrage kann nicht mehr über die API und in Slack freigegeben werden.',
  ]);
  expect(needChangeTexts([{ ...none, code: 'locked' }], 'customer', 'en')).toEqual([
    'Access is stopped or locked. Once that is lifted, the request can be approved.',
  ]);
  const more = { ...none, code: 'customer_approvals', from: 1, to: 2 } as const;
  expect(needChangeTexts([more], 'customer', 'en')).toEqual([
    'Your organisation now requires 2 approvals instead of 1.',
  ]);
  const first = { ...more, from: 0, to: 1 };
  expect(needChangeTexts([first, { ...first, code: 'vendor_reviews' }], 'vendor', 'en')).toEqual([
    'The customer now requires 1 approval instead of 0.',
    'The vendor now requires 1 review instead of 0.',
  ]);
});
