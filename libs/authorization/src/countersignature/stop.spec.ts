import {
  LIFT_TYPE,
  type LiftStatement,
  STOP_TYPE,
  type StopStatement,
  statementHash,
} from '@countersign/contract';
import { hashing, sampleTerms } from '../../../../test/factories/grant-token.js';
import { AT, LOG_POINT, sampleApproval, sampleTrust } from '../../../../test/factories/trust.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { nodeCountersignPorts } from '../node-ports.js';
import { checkStop, isAcceptedAt } from './stop.js';

const ADA = 'usr_0199f0a0-7b2c-7003-8000-000000000001';
const [ada, eve] = [new Authenticator(), new Authenticator()];
const document = sampleTrust({ [ADA]: [ada] });
const hash = statementHash(hashing, document);
const trust = { document, hash, versions: new Set([hash]) };

const stop: StopStatement = {
  type: STOP_TYPE,
  deployment: sampleTerms.deployment,
  tenant: 'acme',
  person: ADA,
  nonce: 'A'.repeat(43),
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-24T15:05:00Z',
  trust: hash,
  log: LOG_POINT,
};
const lift: LiftStatement = { ...stop, type: LIFT_TYPE, stop: statementHash(hashing, stop) };
const reason = (statement: StopStatement | LiftStatement, by = ada, ceremony = AT) =>
  checkStop(by.sign(statement, ceremony), trust, nodeCountersignPorts)?.reason;

describe('P12: a customer’s own stop', () => {
  test('and its lift are valid, signed by one of the people', () => {
    expect(reason(stop)).toBeUndefined();
    expect(reason({ ...stop, digest: hash })).toBeUndefined();
    expect(reason(lift)).toBeUndefined();
  });

  test.each<[string, string | undefined, string]>([
    [
      'another deployment',
      reason({ ...stop, deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000009' }),
      'wrong_deployment',
    ],
    ['another tenant', reason({ ...stop, tenant: 'globex' }), 'wrong_tenant'],
    ['another trust document', reason({ ...stop, trust: `sha256:${'0'.repeat(64)}` }), 'wrong_trust'],
    ['nobody who is listed', reason({ ...stop, person: ADA.replace('1', '2') }, eve), 'unknown_person'],
    ['a stranger’s key', reason(stop, eve), 'unknown_key'],
    ['no user verification', reason(lift, ada, { ...AT, flags: 1 }), 'user_not_verified'],
    [
      'an approval in its place',
      checkStop(
        ada.sign(sampleApproval({ digest: hash, person: ADA, trust: hash }), AT),
        trust,
        nodeCountersignPorts,
      )?.reason,
      'wrong_type',
    ],
  ])('of %s does not', (_what, found, expected) => {
    expect(found).toBe(expected);
  });

  test('is accepted between its two instants', () => {
    const taken = (at: string) => isAcceptedAt(ada.sign(stop, AT), Date.parse(at));
    expect(
      ['14:59:54', '14:59:55', '15:00:00', '15:04:59', '15:05:00'].map((time) =>
        taken(`2026-11-24T${time}Z`),
      ),
    ).toEqual([false, true, true, true, false]);
  });
});
