import { decisionTexts } from './decision.text.js';
import { riskReason } from './risk-reason.js';

const { en, de = en } = decisionTexts;
const ACTIONS = ['read', 'update'];

test.each([
  ['low', 'Your controls list every requested action as low risk.', de.riskReasons.low],
  [
    'medium',
    '“update” is not among the actions that your controls list as low risk.',
    '„update“ gehört nicht zu den Aktionen, die nach Ihren Regeln ein geringes Risiko haben.',
  ],
  ['high', '“update” must be countersigned.', '„update“ muss gegengezeichnet werden.'],
] as const)('a reason for %s risk is in German on a German page', (level, reason, german) => {
  expect(riskReason(level, reason, ACTIONS, de)).toBe(german);
  expect(riskReason(level, reason, ACTIONS, en)).toBe(reason);
});

test.each([
  ['low', 'Your controls pause approvals.'],
  ['high', 'The customer has paused approvals.'],
  ['high', '“update” must be countersigned by two people.'],
  ['high', '“delete” must be countersigned.'],
] as const)('another sentence for %s risk stays as the broker sent it', (level, reason) => {
  expect(riskReason(level, reason, ACTIONS, de)).toBeUndefined();
});
