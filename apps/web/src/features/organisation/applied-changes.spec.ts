import { readChanges } from './applied-changes.js';

test('the changes of a leaf are read strictly; what was erased or is something else is null', () => {
  const change = { action: 'change', kind: 'tenant', name: 'acme', members: ['controls.approvals'] };
  expect(readChanges(JSON.stringify([change]))).toEqual([change]);
  for (const wrong of [undefined, 'null', '{}', '[1]', '[{}]', 'x']) expect(readChanges(wrong)).toBeNull();
  expect(readChanges(JSON.stringify([{ ...change, action: 'toString' }]))).toBeNull();
  expect(readChanges(JSON.stringify([{ ...change, members: [1] }]))).toBeNull();
});
