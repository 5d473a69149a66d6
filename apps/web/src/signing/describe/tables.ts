import type {
  ApprovalStatement,
  InvitationStatement,
  LiftStatement,
  PracticeStatement,
  PresenceStatement,
  StopStatement,
  Terms,
  TrustDocument,
  WideningStatement,
} from '@countersign/contract';
import type { Member } from './members.js';
import * as value from './values.js';
import { people, recoveryKeys } from './values.js';

/** A table that covers every member of `T`. */
type TableOf<T> = { [K in keyof Required<T>]: Member };

const common = {
  deployment: { label: 'deployment', describe: value.text },
  log: { label: 'log', describe: value.logPoint },
} as const satisfies Record<string, Member>;

export const termsTable: TableOf<Terms> = {
  requester: { label: 'requester', describe: value.person },
  requesterFacts: { label: 'requesterFacts', describe: value.requesterFacts, optional: true },
  tenant: { label: 'tenant', describe: value.text },
  service: { label: 'service', describe: value.text },
  scope: { label: 'scope', describe: value.scope },
  change: { label: 'change', describe: value.change, optional: true },
  unmasked: {
    label: 'unmasked',
    describe: (each, { words }) => (each === true ? words.unmasked : undefined),
    optional: true,
  },
  seconds: { label: 'seconds', describe: value.duration },
  budget: { label: 'budget', describe: value.budget, optional: true },
  justification: { label: 'justification', describe: value.opened('justification') },
  ticket: { label: 'ticket', describe: value.opened('ticket'), optional: true },
  startsOn: { label: 'startsOn', describe: (value, { words }) => words.startsOn(value) },
  startsAt: { label: 'startsAt', describe: value.instant, optional: true },
  useBy: { label: 'useBy', describe: value.instant, optional: true },
  lapsesAt: { label: 'lapsesAt', describe: value.instant },
  basis: { label: 'basis', describe: value.text },
  invitation: { label: 'invitation', describe: value.digest, optional: true },
  parent: { label: 'parent', describe: value.digest, optional: true },
  extends: { label: 'extends', describe: value.digest, optional: true },
  request: { label: 'request', describe: value.text },
  routes: { label: 'routes', describe: value.digest },
  deployment: common.deployment,
  v: { label: 'v', describe: value.exactly(1) },
};

export const approvalTable: TableOf<ApprovalStatement> = {
  person: { label: 'person', describe: value.person },
  decision: { label: 'decision', describe: (value, { words }) => words.decision(value) },
  notBefore: { label: 'notBefore', describe: value.instant, optional: true },
  notAfter: { label: 'notAfter', describe: value.instant, optional: true },
  digest: { label: 'digest', describe: value.digest },
  tenant: { label: 'tenant', describe: value.text },
  ...common,
  trust: { label: 'trust', describe: value.digest, optional: true },
  type: { label: 'type', describe: value.exactly('countersign/approval/v1') },
};

export const invitationTable: TableOf<InvitationStatement> = {
  person: { label: 'person', describe: value.person },
  tenant: { label: 'tenant', describe: value.text },
  service: { label: 'service', describe: value.text },
  scope: { label: 'scope', describe: value.scope },
  maxSeconds: { label: 'maxSeconds', describe: value.duration },
  budget: { label: 'budget', describe: value.budget, optional: true },
  uses: { label: 'uses', describe: value.count, optional: true },
  recurs: { label: 'recurs', describe: value.recurrence, optional: true },
  requesters: { label: 'requesters', describe: value.persons, optional: true },
  unmasked: {
    label: 'unmasked',
    describe: (each, { words }) => (each === true ? words.mayUnmask : undefined),
    optional: true,
  },
  ticket: { label: 'ticket', describe: value.opened('ticket'), optional: true },
  notBefore: { label: 'notBefore', describe: value.instant },
  notAfter: { label: 'notAfter', describe: value.instant },
  invitation: { label: 'invitation', describe: value.text },
  ...common,
  trust: { label: 'trust', describe: value.digest, optional: true },
  type: { label: 'type', describe: value.exactly('countersign/invitation/v1') },
};

const stopped = {
  person: { label: 'person', describe: value.person },
  tenant: { label: 'tenant', describe: value.text },
  notBefore: { label: 'acceptedFrom', describe: value.instant },
  notAfter: { label: 'acceptedUntil', describe: value.instant },
  nonce: { label: 'nonce', describe: value.text },
  ...common,
  trust: { label: 'trust', describe: value.digest },
} as const satisfies Record<string, Member>;

export const stopTable: TableOf<StopStatement> = {
  digest: { label: 'digest', describe: value.digest, optional: true },
  ...stopped,
  type: { label: 'type', describe: value.exactly('countersign/stop/v1') },
};

export const liftTable: TableOf<LiftStatement> = {
  stop: { label: 'stop', describe: value.digest },
  ...stopped,
  type: { label: 'type', describe: value.exactly('countersign/lift/v1') },
};

export const presenceTable: TableOf<PresenceStatement> = {
  person: { label: 'person', describe: value.person },
  tenant: { label: 'tenant', describe: value.text },
  purpose: { label: 'purpose', describe: (each, { words }) => words.purpose(each) },
  credential: { label: 'credential', describe: value.text, optional: true },
  notBefore: { label: 'acceptedFrom', describe: value.instant },
  notAfter: { label: 'acceptedUntil', describe: value.instant },
  nonce: { label: 'nonce', describe: value.text },
  deployment: common.deployment,
  type: { label: 'type', describe: value.exactly('countersign/presence/v1') },
};

export const practiceTable: TableOf<PracticeStatement> = {
  person: { label: 'person', describe: value.person },
  expected: { label: 'expected', describe: value.practiceAsk },
  asked: { label: 'practiceAsked', describe: value.practiceAsk },
  decision: { label: 'decision', describe: (each, { words }) => words.decision(each) },
  tenant: { label: 'tenant', describe: value.text },
  notBefore: { label: 'acceptedFrom', describe: value.instant },
  notAfter: { label: 'acceptedUntil', describe: value.instant },
  practice: { label: 'practice', describe: value.text },
  deployment: common.deployment,
  type: { label: 'type', describe: value.exactly('countersign/practice/v1') },
};

export const wideningTable: TableOf<WideningStatement> = {
  person: { label: 'person', describe: value.person },
  tenant: { label: 'tenant', describe: value.text },
  notBefore: { label: 'notBefore', describe: value.instant },
  before: { label: 'before', describe: value.digest },
  after: { label: 'after', describe: value.digest },
  widening: { label: 'widening', describe: value.text },
  ...common,
  trust: { label: 'trust', describe: value.digest, optional: true },
  type: { label: 'type', describe: value.exactly('countersign/widening/v1') },
};

export const trustTable: TableOf<TrustDocument> = {
  people: { label: 'people', describe: people },
  recovery: { label: 'recovery', describe: recoveryKeys, optional: true },
  approvals: { label: 'approvals', describe: value.count },
  countersign: { label: 'exceptActions', describe: value.exceptActions },
  forbid: { label: 'forbid', describe: value.forbid },
  bases: { label: 'bases', describe: value.bases },
  threshold: { label: 'threshold', describe: value.count },
  validUntil: { label: 'validUntil', describe: value.instant },
  origins: { label: 'origins', describe: value.list(() => '–') },
  rpId: { label: 'rpId', describe: value.text },
  witnesses: { label: 'witnesses', describe: value.list(() => '–'), optional: true },
  witnessGraceSeconds: { label: 'witnessGrace', describe: value.duration, optional: true },
  tenant: { label: 'tenant', describe: value.text },
  deployment: common.deployment,
  seq: { label: 'seq', describe: value.count },
  prev: { label: 'prev', describe: value.digest, optional: true },
  type: { label: 'type', describe: value.exactly('countersign/trust/v1') },
};
