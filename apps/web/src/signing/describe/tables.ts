import type {
  ApprovalStatement,
  InvitationStatement,
  LiftStatement,
  StopStatement,
  Terms,
  TrustDocument,
} from '@countersign/contract';
import type { Member } from './members.js';
import * as describe from './values.js';
import { people, recoveryKeys } from './values.js';

/** A table that leaves no member of `T` out. */
type TableOf<T> = { [K in keyof Required<T>]: Member };

const common = {
  deployment: { label: 'deployment', describe: describe.text },
  log: { label: 'log', describe: describe.logPoint },
} as const satisfies Record<string, Member>;

export const termsTable: TableOf<Terms> = {
  requester: { label: 'requester', describe: describe.person },
  tenant: { label: 'tenant', describe: describe.text },
  service: { label: 'service', describe: describe.text },
  scope: { label: 'scope', describe: describe.scope },
  change: { label: 'change', describe: describe.change, optional: true },
  seconds: { label: 'seconds', describe: describe.duration },
  budget: { label: 'budget', describe: describe.budget, optional: true },
  justification: { label: 'justification', describe: describe.opened('justification') },
  ticket: { label: 'ticket', describe: describe.opened('ticket'), optional: true },
  startsOn: { label: 'startsOn', describe: (value, { words }) => words.startsOn(value) },
  startsAt: { label: 'startsAt', describe: describe.instant, optional: true },
  useBy: { label: 'useBy', describe: describe.instant, optional: true },
  lapsesAt: { label: 'lapsesAt', describe: describe.instant },
  basis: { label: 'basis', describe: describe.text },
  invitation: { label: 'invitation', describe: describe.digest, optional: true },
  parent: { label: 'parent', describe: describe.digest, optional: true },
  extends: { label: 'extends', describe: describe.digest, optional: true },
  request: { label: 'request', describe: describe.text },
  routes: { label: 'routes', describe: describe.digest },
  deployment: common.deployment,
  v: { label: 'v', describe: describe.just(1) },
};

export const approvalTable: TableOf<ApprovalStatement> = {
  person: { label: 'person', describe: describe.person },
  decision: { label: 'decision', describe: (value, { words }) => words.decision(value) },
  notBefore: { label: 'notBefore', describe: describe.instant, optional: true },
  notAfter: { label: 'notAfter', describe: describe.instant, optional: true },
  digest: { label: 'digest', describe: describe.digest },
  tenant: { label: 'tenant', describe: describe.text },
  ...common,
  trust: { label: 'trust', describe: describe.digest, optional: true },
  type: { label: 'type', describe: describe.just('countersign/approval/v1') },
};

export const invitationTable: TableOf<InvitationStatement> = {
  person: { label: 'person', describe: describe.person },
  tenant: { label: 'tenant', describe: describe.text },
  service: { label: 'service', describe: describe.text },
  scope: { label: 'scope', describe: describe.scope },
  maxSeconds: { label: 'maxSeconds', describe: describe.duration },
  budget: { label: 'budget', describe: describe.budget, optional: true },
  uses: { label: 'uses', describe: describe.count, optional: true },
  ticket: { label: 'ticket', describe: describe.opened('ticket'), optional: true },
  notBefore: { label: 'notBefore', describe: describe.instant },
  notAfter: { label: 'notAfter', describe: describe.instant },
  invitation: { label: 'invitation', describe: describe.text },
  ...common,
  trust: { label: 'trust', describe: describe.digest, optional: true },
  type: { label: 'type', describe: describe.just('countersign/invitation/v1') },
};

const stopped = {
  person: { label: 'person', describe: describe.person },
  tenant: { label: 'tenant', describe: describe.text },
  notBefore: { label: 'takenFrom', describe: describe.instant },
  notAfter: { label: 'takenUntil', describe: describe.instant },
  nonce: { label: 'nonce', describe: describe.text },
  ...common,
  trust: { label: 'trust', describe: describe.digest },
} as const satisfies Record<string, Member>;

export const stopTable: TableOf<StopStatement> = {
  digest: { label: 'digest', describe: describe.digest, optional: true },
  ...stopped,
  type: { label: 'type', describe: describe.just('countersign/stop/v1') },
};

export const liftTable: TableOf<LiftStatement> = {
  stop: { label: 'stop', describe: describe.digest },
  ...stopped,
  type: { label: 'type', describe: describe.just('countersign/lift/v1') },
};

export const trustTable: TableOf<TrustDocument> = {
  people: { label: 'people', describe: people },
  recovery: { label: 'recovery', describe: recoveryKeys, optional: true },
  approvals: { label: 'approvals', describe: describe.count },
  countersign: { label: 'exceptActions', describe: describe.exceptActions },
  forbid: { label: 'forbid', describe: describe.forbid },
  bases: { label: 'bases', describe: describe.bases },
  threshold: { label: 'threshold', describe: describe.count },
  validUntil: { label: 'validUntil', describe: describe.instant },
  origins: { label: 'origins', describe: describe.list(() => '–') },
  rpId: { label: 'rpId', describe: describe.text },
  witnesses: { label: 'witnesses', describe: describe.list(() => '–'), optional: true },
  tenant: { label: 'tenant', describe: describe.text },
  deployment: common.deployment,
  seq: { label: 'seq', describe: describe.count },
  prev: { label: 'prev', describe: describe.digest, optional: true },
  type: { label: 'type', describe: describe.just('countersign/trust/v1') },
};
