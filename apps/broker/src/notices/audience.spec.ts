import type { Person } from '@countersign/access';
import { isAddressed } from './audience.js';

const person = (tenant: string | null, roles: Person['roles'], id = 'usr_1'): Person => ({
  id,
  tenant,
  roles,
  email: 'p@x.example',
  name: 'P',
  removedAt: null,
});
const notice = (audience: string[], tenant = 'acme') => ({ audience, tenant });

describe('who is told of a notice', () => {
  test.each<[string, Person, string[], boolean]>([
    ['named by id', person(null, ['engineer']), ['usr_1'], true],
    ['another id', person(null, ['engineer']), ['usr_2'], false],
    ['the vendor’s reviewers', person(null, ['reviewer']), ['role:vendor:reviewer'], true],
    ['a vendor without the role', person(null, ['engineer']), ['role:vendor:reviewer'], false],
    ['the tenant’s approvers', person('acme', ['approver']), ['role:acme:approver'], true],
    ['another role there', person('acme', ['admin']), ['role:acme:approver'], false],
    ['vendor staff for a tenant’s role', person(null, ['reviewer']), ['role:acme:reviewer'], false],
    ['a malformed entry', person('acme', ['approver']), ['role:acme', 'approver', ''], false],
  ])('%s', (_name, who, audience, told) => {
    expect(isAddressed(who, notice(audience))).toBe(told);
  });

  test('P9: no one of another tenant, not even when the audience names them', () => {
    expect(isAddressed(person('globex', ['approver']), notice(['usr_1', 'role:globex:approver']))).toBe(
      false,
    );
  });

  test('no one who was removed', () => {
    expect(
      isAddressed({ ...person(null, ['engineer']), removedAt: '2026-11-24T15:00:00Z' }, notice(['usr_1'])),
    ).toBe(false);
  });
});
