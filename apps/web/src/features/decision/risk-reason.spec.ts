import { decisionTexts } from './decision.text.js';
import { riskReason } from './risk-reason.js';

const { en, de = en } = decisionTexts;

test.each([
  ['low', 'Your controls list every requested action as low risk.', de.riskReasons.low],
  [
    'medium',
    '“update” is not among the actions that your controls list as low risk.',
    '„update“ gehört nicht zu den Aktionen, die nach Ihren Regeln ein geringes Risiko haben.',
  ],
  ['high', '“update” must be countersigned.', '„update“ muss gegengezeichnet werden.'],
] as const)('a reason for %s risk is in German on a German page', (level, reason, german) => {
  expect(riskReason(level, reason, de)).toBe(german);
  expect(riskReason(level, reason, en)).toBe(reason);
});

test('a sentence of a newer broker that names no action stays as it is', () => {
  expect(riskReason('high', 'The customer has paused approvals.', de)).toBeUndefined();
});
