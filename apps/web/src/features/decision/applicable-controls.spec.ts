import { findApplicableControls } from './applicable-controls.js';

const rule = (service: string, resource: string, actions: string[]) => ({ service, resource, actions });
const asked = {
  service: 'billing',
  scope: [
    { resource: 'invoices/*', actions: ['read', 'update'] },
    { resource: 'customers', actions: ['list', 'read'] },
  ],
};

test('the actions that are asked for stand by what they take', () => {
  const controls = { countersign: ['update', 'delete'], slackMayApprove: ['list'], forbid: [] };
  const expected = { low: ['list'], medium: ['read'], high: ['update'] };
  expect(findApplicableControls(asked, controls, false).levels).toEqual(expected);
  expect(findApplicableControls(asked, controls, true).levels).toEqual(expected);
});

test('where the trust document demands a countersignature, nothing of it is called low risk', () => {
  const controls = { countersign: [], slackMayApprove: ['list', 'read'], forbid: [] };
  const { levels } = findApplicableControls(asked, controls, true);
  expect(levels).toEqual({ low: [], medium: [], high: ['read', 'update', 'list'] });
});

test('a rule counts where its service, resource and action are asked for together', () => {
  const forbid = [
    rule('billing', 'invoices/**', ['update']),
    rule('billing', 'customers', ['*']),
    rule('billing', 'customers', ['update']),
    rule('billing', 'invoices/**', ['delete']),
    rule('billing', 'payroll/**', ['*']),
    rule('wiki', 'customers', ['*']),
  ];
  const { forbidden } = findApplicableControls(
    asked,
    { countersign: [], slackMayApprove: [], forbid },
    false,
  );
  expect(forbidden).toEqual([forbid[0], forbid[1]]);
});
