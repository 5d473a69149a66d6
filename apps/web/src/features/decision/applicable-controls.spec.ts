import { findApplicableControls } from './applicable-controls.js';

const rule = (service: string, resource: string, actions: string[]) => ({ service, resource, actions });
const asked = {
  service: 'billing',
  scope: [
    { resource: 'invoices/*', actions: ['read', 'update'] },
    { resource: 'customers', actions: ['list', 'read'] },
  ],
};

test('groups the requested actions by level', () => {
  const controls = { countersign: ['update', 'delete'], slackMayApprove: ['list'], forbid: [] };
  const expected = { low: ['list'], medium: ['read'], high: ['update'] };
  expect(findApplicableControls(asked, controls, false).levels).toEqual(expected);
  expect(findApplicableControls(asked, controls, true).levels).toEqual(expected);
});

test('if the trust document requires a countersignature, no requested action is for Slack', () => {
  const controls = { countersign: [], slackMayApprove: ['list', 'read'], forbid: [] };
  const { levels } = findApplicableControls(asked, controls, true);
  expect(levels).toEqual({ low: [], medium: [], high: ['read', 'update', 'list'] });
});

test('a rule applies if one entry of the request has its service, resource and action', () => {
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
