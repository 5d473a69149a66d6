import type { InvitationStatement, Opening, Signature } from '@countersign/contract';
import { isTerminal, type TransitionTable, transition } from './transition-table.js';

export const INVITATION_STATES = ['open', 'used_up', 'withdrawn', 'expired'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

/** The whole life of an invitation. What it opened stays open when it is used up, and ends when it is withdrawn. */
export const INVITATION_TRANSITIONS: TransitionTable<InvitationState> = {
  open: ['used_up', 'withdrawn', 'expired'],
  used_up: ['withdrawn', 'expired'],
  withdrawn: [],
  expired: [],
};

/** The customer opens the door itself, for whoever fits. What it allows is its statement; the rest is its life. */
export interface Invitation {
  id: string;
  tenant: string;
  service: string;
  /** The approver whose it is. */
  person: string;
  state: InvitationState;
  /** Counts changes; a change names the version that it was decided on (compare-and-swap). */
  version: number;
  statement: InvitationStatement;
  /** Its author's passkey's signature; null on the vendor's word alone. */
  countersignature: Signature<InvitationStatement> | null;
  /** SHA-256 of the statement, as terms name it. */
  hash: string;
  /** How many grants it has opened; never freed. */
  used: number;
  createdAt: string;
  endedAt: string | null;
}

/** An invitation with the ticket that it names; null where it names none, or where the text was erased. */
export interface InvitationView {
  invitation: Invitation;
  ticket: Opening | null;
}

/** Moves an invitation one step. @throws Error on a step that the table does not have */
export function transitionInvitation(invitation: Invitation, to: InvitationState, at: string): Invitation {
  const state = transition(INVITATION_TRANSITIONS, invitation.state, to);
  return {
    ...invitation,
    state,
    version: invitation.version + 1,
    endedAt: isTerminal(INVITATION_TRANSITIONS, state) ? at : null,
  };
}

/** Counts one grant; the last one that it is good for uses it up. @throws Error where it is not open */
export function useInvitation(invitation: Invitation, at: string): Invitation {
  if (invitation.state !== 'open') throw new Error(`invitation ${invitation.id} is ${invitation.state}`);
  const used = invitation.used + 1;
  const counted = { ...invitation, used };
  return used === invitation.statement.uses
    ? transitionInvitation(counted, 'used_up', at)
    : { ...counted, version: invitation.version + 1 };
}

/** Withdrawn and expired ones open nothing any more, and never will. */
export const isInvitationClosed = (invitation: Invitation): boolean =>
  isTerminal(INVITATION_TRANSITIONS, invitation.state);
