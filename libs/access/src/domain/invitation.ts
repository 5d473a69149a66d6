import {
  type InvitationState,
  type InvitationStatement,
  type Opening,
  occurrenceAt,
  type Signature,
} from '@countersign/contract';
import { isTerminal, type TransitionTable, transition } from './transition-table.js';

/**
 * Every transition of an invitation. Its grants stay active when it is used up, and end when it is withdrawn.
 */
export const INVITATION_TRANSITIONS: TransitionTable<InvitationState> = {
  open: ['used_up', 'withdrawn', 'expired'],
  used_up: ['withdrawn', 'expired'],
  withdrawn: [],
  expired: [],
};

/** An approver's advance approval of every request that fits its statement. */
export interface Invitation {
  id: string;
  tenant: string;
  service: string;
  /** The approver who invited. */
  person: string;
  state: InvitationState;
  /** Counts changes. A change names the version that it was decided on (compare-and-swap). */
  version: number;
  statement: InvitationStatement;
  /** The signature by the approver's passkey; null if the vendor's word alone vouches for it. */
  countersignature: Signature<InvitationStatement> | null;
  /** SHA-256 of the statement, as terms name it. */
  hash: string;
  /** How many grants it has led to. Never decreases. */
  used: number;
  createdAt: string;
  endedAt: string | null;
}

/** An invitation with its ticket; null if it names no ticket, or if the text was erased. */
export interface InvitationView {
  invitation: Invitation;
  ticket: Opening | null;
}

/** Moves an invitation one step. @throws Error if the table does not list the transition */
export function transitionInvitation(invitation: Invitation, to: InvitationState, at: string): Invitation {
  const state = transition(INVITATION_TRANSITIONS, invitation.state, to);
  return {
    ...invitation,
    state,
    version: invitation.version + 1,
    endedAt: isTerminal(INVITATION_TRANSITIONS, state) ? at : null,
  };
}

/** Counts one grant. The last allowed grant uses the invitation up. @throws Error if it is not open */
export function useInvitation(invitation: Invitation, at: string): Invitation {
  if (invitation.state !== 'open') throw new Error(`invitation ${invitation.id} is ${invitation.state}`);
  const used = invitation.used + 1;
  const counted = { ...invitation, used };
  return used === invitation.statement.uses
    ? transitionInvitation(counted, 'used_up', at)
    : { ...counted, version: invitation.version + 1 };
}

/** True once it is withdrawn or expired: it can never lead to a grant again. */
export const isInvitationClosed = (invitation: Invitation): boolean =>
  isTerminal(INVITATION_TRANSITIONS, invitation.state);

/**
 * The latest approval whose whole window still lies before the invitation's end or, if it recurs, before the end of the
 * weekly time that is open now.
 */
export function latestApproval({ recurs, notAfter }: InvitationStatement, seconds: number, now: Date): Date {
  const end = Date.parse(notAfter);
  const occurrence = recurs === undefined ? null : occurrenceAt(recurs, now.getTime());
  return new Date(Math.min(end, occurrence?.until ?? end) - seconds * 1_000);
}
