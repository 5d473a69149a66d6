import type {
  ApprovalStatement,
  InvitationStatement,
  LiftStatement,
  StopStatement,
  Terms,
  TrustDocument,
} from '@countersign/contract';
import type { Member } from './lines.js';
import { papers, people } from './people.js';
import * as say from './say.js';

/** A table that leaves no member of `T` out. */
type TableOf<T> = { [K in keyof Required<T>]: Member };

const common = {
  deployment: { label: 'deployment', say: say.text },
  log: { label: 'log', say: say.logPoint },
} as const satisfies Record<string, Member>;

export const termsTable: TableOf<Terms> = {
  requester: { label: 'requester', say: say.person },
  tenant: { label: 'tenant', say: say.text },
  service: { label: 'service', say: say.text },
  scope: { label: 'scope', say: say.scope },
  change: { label: 'change', say: say.change, optional: true },
  seconds: { label: 'seconds', say: say.duration },
  budget: { label: 'budget', say: say.budget, optional: true },
  justification: { label: 'justification', say: say.opened('justification') },
  ticket: { label: 'ticket', say: say.opened('ticket'), optional: true },
  startsOn: { label: 'startsOn', say: (value, { words }) => words.startsOn(value) },
  startsAt: { label: 'startsAt', say: say.instant, optional: true },
  useBy: { label: 'useBy', say: say.instant, optional: true },
  lapsesAt: { label: 'lapsesAt', say: say.instant },
  basis: { label: 'basis', say: say.text },
  invitation: { label: 'invitation', say: say.digest, optional: true },
  parent: { label: 'parent', say: say.digest, optional: true },
  extends: { label: 'extends', say: say.digest, optional: true },
  request: { label: 'request', say: say.text },
  routes: { label: 'routes', say: say.digest },
  deployment: common.deployment,
  v: { label: 'v', say: say.just(1) },
};

export const approvalTable: TableOf<ApprovalStatement> = {
  person: { label: 'person', say: say.person },
  decision: { label: 'decision', say: (value, { words }) => words.decision(value) },
  notBefore: { label: 'notBefore', say: say.instant, optional: true },
  notAfter: { label: 'notAfter', say: say.instant, optional: true },
  digest: { label: 'digest', say: say.digest },
  tenant: { label: 'tenant', say: say.text },
  ...common,
  trust: { label: 'trust', say: say.digest, optional: true },
  type: { label: 'type', say: say.just('countersign/approval/v1') },
};

export const invitationTable: TableOf<InvitationStatement> = {
  person: { label: 'person', say: say.person },
  tenant: { label: 'tenant', say: say.text },
  service: { label: 'service', say: say.text },
  scope: { label: 'scope', say: say.scope },
  maxSeconds: { label: 'maxSeconds', say: say.duration },
  budget: { label: 'budget', say: say.budget, optional: true },
  uses: { label: 'uses', say: say.count, optional: true },
  ticket: { label: 'ticket', say: say.opened('ticket'), optional: true },
  notBefore: { label: 'notBefore', say: say.instant },
  notAfter: { label: 'notAfter', say: say.instant },
  invitation: { label: 'invitation', say: say.text },
  ...common,
  trust: { label: 'trust', say: say.digest, optional: true },
  type: { label: 'type', say: say.just('countersign/invitation/v1') },
};

const stopped = {
  person: { label: 'person', say: say.person },
  tenant: { label: 'tenant', say: say.text },
  notBefore: { label: 'takenFrom', say: say.instant },
  notAfter: { label: 'takenUntil', say: say.instant },
  nonce: { label: 'nonce', say: say.text },
  ...common,
  trust: { label: 'trust', say: say.digest },
} as const satisfies Record<string, Member>;

export const stopTable: TableOf<StopStatement> = {
  digest: { label: 'digest', say: say.digest, optional: true },
  ...stopped,
  type: { label: 'type', say: say.just('countersign/stop/v1') },
};

export const liftTable: TableOf<LiftStatement> = {
  stop: { label: 'stop', say: say.digest },
  ...stopped,
  type: { label: 'type', say: say.just('countersign/lift/v1') },
};

export const trustTable: TableOf<TrustDocument> = {
  people: { label: 'people', say: people },
  recovery: { label: 'recovery', say: papers, optional: true },
  approvals: { label: 'approvals', say: say.count },
  countersign: { label: 'exceptActions', say: say.exceptActions },
  forbid: { label: 'forbid', say: say.forbid },
  bases: { label: 'bases', say: say.bases },
  threshold: { label: 'threshold', say: say.count },
  validUntil: { label: 'validUntil', say: say.instant },
  origins: { label: 'origins', say: say.list(() => '–') },
  rpId: { label: 'rpId', say: say.text },
  witnesses: { label: 'witnesses', say: say.list(() => '–'), optional: true },
  tenant: { label: 'tenant', say: say.text },
  deployment: common.deployment,
  seq: { label: 'seq', say: say.count },
  prev: { label: 'prev', say: say.digest, optional: true },
  type: { label: 'type', say: say.just('countersign/trust/v1') },
};
