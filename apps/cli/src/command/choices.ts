import type {
  DeliveryState,
  DemandState,
  DemandStepAction,
  DisclosureState,
  ExportContent,
  ExportFormat,
  ExportKind,
  GrantState,
  InvitationState,
  RedirectOutcome,
  RequestState,
  WideningState,
} from '@countersign/api';

/**
 * Every value that an option or an argument with fixed values takes. Those of the API are repeated here, so that the help and the
 * completion load no schema; a test compares them.
 */
export const CHOICES = {
  basis: ['approval', 'invitation', 'emergency'],
  dailyStatement: ['off', 'webhook', 'mail'],
  deliveryState: ['due', 'delivered', 'dead', 'skipped'],
  demandState: ['received', 'redirected', 'challenged', 'narrowed', 'rejected', 'disclosed', 'closed'],
  demandStep: [
    ...(['redirected', 'challenged', 'narrowed', 'rejected', 'disclosed', 'closed'] as const),
    ...(['extension-proposed', 'extended'] as const),
  ],
  disclosureState: ['due', 'late', 'given', 'acknowledged', 'disputed'],
  exportContent: ['leaf', 'ocsf'],
  exportFormat: ['jsonl', 'ocsf', 'syslog', 'hec'],
  exportKind: ['hec', 'syslog', 'jsonl'],
  grantState: ['scheduled', 'active', 'ended'],
  invitationState: ['open', 'used_up', 'withdrawn', 'expired'],
  /** Values that a completion script gets from the command when they are wanted. */
  listed: ['grants', 'requests', 'invitations', 'locks', 'tenants', 'services', 'zones'],
  lockKind: ['tenant', 'person', 'service'],
  redirectOutcome: ['accepted', 'declined', 'unanswered'],
  requestState: [
    ...(['awaiting_vendor', 'awaiting_customer', 'countered', 'notifying'] as const),
    ...(['approved', 'denied', 'cancelled', 'expired'] as const),
  ],
  shell: ['bash', 'zsh', 'fish'],
  startOn: ['approval', 'first-use'],
  tenantFrom: ['path', 'host', 'header', 'service'],
  wideningState: ['waiting', 'applied', 'withdrawn', 'lapsed'],
} as const satisfies Readonly<Record<string, readonly string[]>> & OfTheApi;

export type Listed = (typeof CHOICES)['listed'][number];

type OfTheApi = {
  deliveryState: readonly DeliveryState[];
  demandState: readonly DemandState[];
  demandStep: readonly DemandStepAction[];
  disclosureState: readonly DisclosureState[];
  exportContent: readonly ExportContent[];
  exportFormat: readonly ExportFormat[];
  exportKind: readonly ExportKind[];
  grantState: readonly GrantState[];
  invitationState: readonly InvitationState[];
  redirectOutcome: readonly RedirectOutcome[];
  requestState: readonly RequestState[];
  wideningState: readonly WideningState[];
};
