import { LeafData, type LeafOf } from './leaf-data.js';
import { LockHistory } from './lock-history.js';

const [admin, approver, security] = ['usr_admin', 'usr_approver', 'usr_security'] as const;
const ROLES: Record<string, string> = {
  [admin]: 'admin',
  [approver]: 'approver',
  [security]: 'security-admin',
};
const holds = (person: string, role: string) => ROLES[person] === role;

const leaf = (type: string, actor: string, data: object) =>
  new LeafData(7, {
    ...{ v: 1, type, actor: actor as 'job', tenant: 'acme', seq: 7, commitments: {} },
    at: '2026-11-24T10:00:00.000Z',
    data: { lock: 'lck_1', tenant: 'acme', name: 'acme', expiresAt: null, ...data },
  }) as LeafOf<'lock.set' | 'lock.lifted'>;

describe('P10: a lock is lifted by the side that set it, whatever the leaf that lifts it says', () => {
  test.each<[string, string, object]>([
    ['the vendor, as if it were its own lock', security, { side: 'vendor', kind: 'tenant' }],
    ['an approver, as if it were a pause', approver, { side: 'customer', kind: 'grant' }],
  ])('%s', (_who, actor, lifted) => {
    const history = new LockHistory();
    history.take(leaf('lock.set', admin, { side: 'customer', kind: 'tenant' }), holds);
    const lift = () => history.take(leaf('lock.lifted', actor, lifted), holds);
    expect(lift).toThrow(expect.objectContaining({ code: 'wrong_lift', index: 7 }));
  });

  test('the admin lifts it', () => {
    const history = new LockHistory();
    const lock = { side: 'customer', kind: 'tenant' };
    history.take(leaf('lock.set', admin, lock), holds);
    history.take(leaf('lock.lifted', admin, lock), holds);
    expect(history.state.locks).toEqual([expect.objectContaining({ to: expect.any(Number) })]);
  });
});
