import type { DeliveryState } from '@countersign/api';
import {
  DAILY_STATEMENTS,
  DEMAND_STATES,
  DEMAND_STEP_ACTIONS,
  DISCLOSURE_STATES,
  EXPORT_CONTENTS,
  EXPORT_FORMATS,
  EXPORT_KINDS,
  GRANT_STATES,
  INVITATION_STATES,
  LOCKABLE_KINDS,
  REDIRECT_OUTCOMES,
  REQUEST_STATES,
  STARTS_ON,
  TENANT_FROM,
  WIDENING_STATES,
} from '@countersign/contract';

/** Every value that an option or an argument with fixed values takes. */
export const CHOICES = {
  /** An engineer asks on these; access for an authority has a command of its own. */
  basis: ['approval', 'invitation', 'emergency'],
  dailyStatement: DAILY_STATEMENTS,
  deliveryState: ['due', 'delivered', 'dead', 'skipped'],
  demandState: DEMAND_STATES,
  demandStep: DEMAND_STEP_ACTIONS,
  disclosureState: DISCLOSURE_STATES,
  exportContent: EXPORT_CONTENTS,
  exportFormat: EXPORT_FORMATS,
  exportKind: EXPORT_KINDS,
  grantState: GRANT_STATES,
  invitationState: INVITATION_STATES,
  /** Values that a completion script gets from the command when they are wanted. */
  listed: ['grants', 'requests', 'invitations', 'locks', 'tenants', 'services', 'zones'],
  lockKind: LOCKABLE_KINDS,
  redirectOutcome: REDIRECT_OUTCOMES,
  requestState: REQUEST_STATES,
  shell: ['bash', 'zsh', 'fish'],
  startOn: STARTS_ON,
  tenantFrom: TENANT_FROM,
  wideningState: WIDENING_STATES,
} as const satisfies Readonly<Record<string, readonly string[]>> & {
  deliveryState: readonly DeliveryState[];
};

export type Listed = (typeof CHOICES)['listed'][number];
