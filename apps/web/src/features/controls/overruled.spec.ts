import { findOverruled } from './overruled.js';

const rule = { service: 'billing', resource: 'payroll/**', actions: ['*'] };
const document = { approvals: 1, countersign: { exceptActions: ['list'] }, forbid: [rule] };
const controls = { approvals: 1, countersign: ['update'], forbid: [rule] };
const find = (of: object, by: object = {}) =>
  findOverruled({ ...document, ...by }, { ...controls, ...of }, ['read', 'list', 'update', 'read']);

test('what the trust document requires beyond the controls is named, and nothing else', () => {
  expect(find({ countersign: ['update', 'read'] })).toBeNull();
  expect(find({})).toEqual({ approvals: null, signed: ['read'], forbids: false });
  expect(find({ forbid: [] }, { approvals: 2 })).toEqual({ approvals: 2, signed: ['read'], forbids: true });
});
