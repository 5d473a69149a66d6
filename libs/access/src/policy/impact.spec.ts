import { sampleContext, sampleControls } from '../../../../test/factories/domain.js';
import type { PrivacyControls } from '../domain/privacy-controls.js';
import { UNCLAIMED } from '../domain/trust/trust-status.js';
import { approvalReasons, assessImpact } from './impact.js';

const { service } = sampleContext();
const on = (resource: string, ...actions: string[]) => ({
  ...{ scope: [{ resource, actions }], basis: 'approval' as const },
});
const controls = (change: Partial<PrivacyControls> = {}): PrivacyControls => ({
  ...{ ...sampleControls, countersign: [], slackMayApprove: ['list', 'read', 'update'] },
  ...change,
});
const impact = (access: Parameters<typeof assessImpact>[0], change: Partial<PrivacyControls> = {}) => {
  const { level, reasons } = assessImpact(access, controls(change), service);
  return [level, ...reasons.map(({ code, actions }) => [code, ...actions].join(' '))];
};

test('what only reads, and what the controls list, is of low risk', () => {
  expect(impact(on('invoices/*', 'read'))).toEqual(['low', 'listed read']);
  expect(impact(on('invoices/*', 'read', 'list'), { slackMayApprove: [] })).toEqual([
    'medium',
    'not_listed list read',
  ]);
});

test('what may change data is at least of medium risk, whatever the controls let Slack approve', () => {
  expect(impact(on('invoices/17', 'update', 'read'))).toEqual(['medium', 'changes update']);
  expect(impact(on('invoices/*', 'update'))).toEqual(['high', 'changes_many update']);
  expect(impact({ ...on('invoices/*', 'update'), budget: { calls: 1 } })).toEqual([
    'medium',
    'changes update',
  ]);
  // No route changes anything under payroll.
  expect(impact(on('payroll/*', 'update'))).toEqual(['low', 'listed update']);
});

test('what the controls single out, hidden fields and access without consent are of high risk', () => {
  expect(impact(on('invoices/17', 'read'), { countersign: ['read'] })).toEqual(['high', 'sensitive read']);
  expect(impact({ ...on('invoices/17', 'read'), unmasked: true })).toEqual(['high', 'unmasked']);
  for (const basis of ['emergency', 'legal'] as const)
    expect(impact({ ...on('invoices/17', 'read'), basis })).toEqual(['high', 'no_consent']);
});

test('a database is only read, although its one route is a POST', () => {
  if (service === null) throw new Error('the sample has a service');
  const definition = {
    ...service.definition,
    upstream: 'postgres://db.internal/billing',
    routes: [{ method: 'POST', path: '/tenants/{tenant}/sql', resource: 'sql/billing', action: 'read' }],
  };
  const of = { ...service, definition };
  expect(assessImpact(on('sql/billing', 'read'), controls(), of).level).toBe('low');
});

test('a trust document changes how it is approved, and not the risk', () => {
  const document = { countersign: { exceptActions: ['list'] } } as NonNullable<
    (typeof UNCLAIMED)['document']
  >;
  const why = (access: Parameters<typeof approvalReasons>[0], trust = { document }, change = {}) =>
    approvalReasons(access, { controls: controls(change), trust, part: 'decides' }).map(({ code, actions }) =>
      [code, ...actions].join(' '),
    );
  const access = on('invoices/*', 'read', 'list');
  expect(impact(access)).toEqual(['low', 'listed list read']);
  expect(why(access)).toEqual(['trust_signs read']);
  expect(why(access, { document }, { slackMayApprove: [], countersign: ['list'] })).toEqual([
    'controls_sign list',
    'trust_signs read',
  ]);
  expect(why(access, { ...UNCLAIMED } as never)).toEqual(['any_channel']);
  expect(why(access, { ...UNCLAIMED } as never, { slackMayApprove: ['list'] })).toEqual(['not_slack read']);
  expect(why({ ...access, unmasked: true })).toEqual(['unmasked_signed']);
  expect(why({ ...access, unmasked: true }, { ...UNCLAIMED } as never)).toEqual(['unmasked_not_slack']);
  const first = { controls: controls(), trust: { document }, part: 'notified-first' as const };
  expect(approvalReasons(access, first)).toEqual([{ code: 'notified_first', actions: [] }]);
});
