import type { LiftStatement, StopStatement } from '@countersign/contract';
import { sampleTerms } from '../../../../test/factories/grant-token.js';
import { LOG_POINT } from '../../../../test/factories/trust.js';
import { liftOf, stopOf } from './stop.js';

const { deployment, tenant } = sampleTerms;
const person = 'usr_0199f0a0-7b2c-7003-8000-000000000004';
const digest = `sha256:${'ab'.repeat(32)}`;
const common = {
  deployment,
  tenant,
  person,
  nonce: 'A'.repeat(43),
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-24T15:05:00Z',
  trust: digest,
  log: LOG_POINT,
};
const stop: StopStatement = { type: 'countersign/stop/v1', digest, ...common };
const lift: LiftStatement = { type: 'countersign/lift/v1', stop: digest, ...common };
const { digest: _one, ...everything } = stop;

describe('P12: a stop or lift is the one that was chosen', () => {
  test('where the broker is honest', () => {
    expect(stopOf({ tenant, person, digest }, stop)).toEqual(stop);
    expect(stopOf({ tenant, person }, everything)).toEqual(everything);
    expect(liftOf({ tenant, person, stop: digest }, lift)).toEqual(lift);
  });

  test.each<[string, object]>([
    ['another digest', { digest: `sha256:${'cd'.repeat(32)}` }],
    ['a stop of everything', { digest: undefined }],
    ['another tenant', { tenant: 'globex' }],
    ['another person', { person: sampleTerms.requester }],
    ['a lift', { type: 'countersign/lift/v1' }],
    ['a member that the page does not know', { more: 1 }],
  ])('nothing is signed where it offers %s', (_what, change) => {
    const offered = JSON.parse(JSON.stringify({ ...stop, ...change })) as StopStatement;
    expect(() => stopOf({ tenant, person, digest }, offered)).toThrow(
      expect.objectContaining({ reason: 'differs' }),
    );
  });

  test('nor where another stop would be lifted', () => {
    const other = `sha256:${'cd'.repeat(32)}`;
    expect(() => liftOf({ tenant, person, stop: other }, lift)).toThrow(
      expect.objectContaining({ reason: 'differs' }),
    );
  });
});
