import fc from 'fast-check';
import { sampleGrant } from '../../../../test/factories/domain.js';
import { endGrant, type Grant } from './grant.js';
import { accessStatus } from './grant-access.js';
import type { Lock } from './lock.js';
import type { Stop } from './trust/stop.js';

const NOW = new Date('2026-11-24T15:30:00Z');
const BEFORE = '2026-11-24T15:20:00Z';

const lock = (change: Partial<Lock> = {}): Lock => ({
  id: 'lck_1',
  kind: 'tenant',
  name: 'acme',
  tenant: 'acme',
  side: 'customer',
  reason: 'An audit',
  person: 'usr_9',
  createdAt: BEFORE,
  expiresAt: null,
  liftedAt: null,
  rule: null,
  ...change,
});
const stop = (change: Partial<Stop> = {}): Stop => ({
  hash: 'sha256:0',
  tenant: 'acme',
  person: 'usr_8',
  digest: null,
  signature: {} as Stop['signature'],
  at: BEFORE,
  lift: null,
  liftedBy: null,
  liftedAt: null,
  ...change,
});
const of = (grant: Grant, blocks: { locks?: Lock[]; stops?: Stop[] } = {}) =>
  accessStatus(grant, { locks: [], stops: [], ...blocks }, NOW);

test.each<[string, Grant, string]>([
  ['active within its window', sampleGrant(), 'open'],
  ['scheduled for later', sampleGrant({ state: 'scheduled', startsAt: '2026-11-24T15:31:00Z' }), 'not_yet'],
  ['waiting for its first use', sampleGrant({ state: 'scheduled', startsAt: null, endsAt: null }), 'not_yet'],
  ['scheduled for now, which no job has started yet', sampleGrant({ state: 'scheduled' }), 'open'],
])('a grant that is %s', (_title, grant, access) => {
  expect(of(grant)).toEqual({ access, reason: null });
});

test.each<[string, Grant, string, string]>([
  [
    'whose time is over, though no job has ended it',
    sampleGrant({ endsAt: NOW.toISOString() }),
    NOW.toISOString(),
    'expired',
  ],
  [
    'that nobody used in time',
    sampleGrant({ state: 'scheduled', startsAt: null, endsAt: null, useBy: BEFORE }),
    BEFORE,
    'expired',
  ],
  ['that was revoked', endGrant(sampleGrant(), 'revoked', BEFORE, 'usr_7'), BEFORE, 'revoked'],
])('a grant %s has ended', (_title, grant, at, code) => {
  const ended = { side: null, rule: null, why: null };
  expect(of(grant)).toEqual({ access: 'ended', reason: { code, by: grant.endedBy, at, ...ended } });
});

test('a signed stop of everything or of its digest stops it; a stop of another grant or tenant does not', () => {
  const { digest } = sampleGrant();
  const by = { by: 'usr_8', at: BEFORE, side: 'customer', rule: null, why: null };
  expect(of(sampleGrant(), { stops: [stop()] })).toEqual({
    access: 'stopped',
    reason: { ...by, code: 'stopped_all' },
  });
  expect(of(sampleGrant(), { stops: [stop({ digest })] })).toEqual({
    access: 'stopped',
    reason: { ...by, code: 'stopped_this' },
  });
  const others = [stop({ digest: `sha256:${'2'.repeat(64)}` }), stop({ tenant: 'globex' })];
  expect(of(sampleGrant(), { stops: others }).access).toBe('open');
});

test('a lock names who set it, and why where the reader may know it', () => {
  const reason = { by: 'usr_9', at: BEFORE, rule: null };
  expect(of(sampleGrant(), { locks: [lock()] })).toEqual({
    access: 'locked',
    reason: { ...reason, code: 'locked_tenant', side: 'customer', why: 'An audit' },
  });
  const hidden = {
    ...lock({ kind: 'service', name: 'billing', tenant: null, side: 'vendor' }),
    reason: null,
  };
  expect(accessStatus(sampleGrant(), { locks: [hidden], stops: [] }, NOW)).toEqual({
    access: 'locked',
    reason: { ...reason, code: 'locked_service', side: 'vendor', why: null },
  });
  const pause = lock({ kind: 'grant', name: sampleGrant().id, rule: 'many', person: 'job' });
  expect(of(sampleGrant(), { locks: [pause] }).reason).toMatchObject({
    ...{ code: 'paused', by: null, rule: 'many' },
  });
  expect(
    of(sampleGrant(), { locks: [lock({ liftedAt: BEFORE }), lock({ name: 'globex', tenant: 'globex' })] })
      .access,
  ).toBe('open');
});

test('whatever else holds, an ended grant is ended, a stop goes before a lock, and a blocked grant is never open', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (isEnded, isStopped, isLocked) => {
      const grant = isEnded ? endGrant(sampleGrant(), 'released', BEFORE) : sampleGrant();
      const { access } = of(grant, { stops: isStopped ? [stop()] : [], locks: isLocked ? [lock()] : [] });
      const expected = isEnded ? 'ended' : isStopped ? 'stopped' : isLocked ? 'locked' : 'open';
      expect(access).toBe(expected);
    }),
  );
});
