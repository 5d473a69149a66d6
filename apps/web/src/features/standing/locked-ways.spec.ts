import { isLockedWay } from './locked-ways.js';

const invitation = { kind: 'invitation', tenant: 'acme', service: 'billing', accessReason: null } as const;
const rule = { ...invitation, kind: 'rule' } as const;
const lockOf = (kind: 'tenant' | 'service' | 'person', name: string, tenant: string | null = null) => [
  { kind, name, tenant },
];

test.each([
  ['its tenant is locked', lockOf('tenant', 'acme', 'acme'), true],
  ['its service is locked for every tenant', lockOf('service', 'billing'), true],
  ['another tenant has locked the service', lockOf('service', 'billing', 'globex'), false],
  ['another tenant is locked', lockOf('tenant', 'globex', 'globex'), false],
  ['a person is locked', lockOf('person', 'acme'), false],
  ['nothing is locked', [], false],
])('an invitation and a rule: %s', (_case, locks, isLocked) => {
  expect([invitation, rule].map((way) => isLockedWay(way, [way], locks))).toEqual([isLocked, isLocked]);
});

test('a stop of all access, which the grants of the tenant show, closes its invitations', () => {
  const why = {
    by: null,
    at: '2026-11-25T10:00:00Z',
    side: 'customer',
    rule: null,
    why: null,
    text: '',
  } as const;
  const grant = { ...invitation, kind: 'grant', accessReason: { ...why, code: 'stopped_all' } } as const;
  expect(isLockedWay(invitation, [grant, invitation], [])).toBe(true);
  expect(isLockedWay({ ...invitation, tenant: 'globex' }, [grant], [])).toBe(false);
});
