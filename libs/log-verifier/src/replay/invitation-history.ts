import type { Invitation } from '@countersign/access/policy';
import {
  INVITATION_TYPE,
  type InvitationStatement,
  invitationMismatches,
  parseInvitation,
  parseSignature,
  type Signature,
  statementHash,
  type Terms,
  toInstant,
} from '@countersign/contract';
import type { LeafOf } from '../leaf-data.js';
import type { SignedPoint } from '../named-points.js';
import type { ReplayContext } from './replay-context.js';

/** An invitation as the leaves lead to it. */
export type InvitationEntry = {
  id: string;
  statement: InvitationStatement;
  countersignature: Signature<InvitationStatement> | null;
  state: Invitation['state'];
  used: number;
  /** The request that used it last. */
  usedBy: string | null;
};

/** Invitations: who made each, and whether a request that used it fitted. */
export class InvitationHistory {
  /** @param entries by the hash of the statement, as terms name it */
  constructor(
    private readonly context: Pick<ReplayContext, 'ports' | 'tenant' | 'trust'>,
    private readonly onPoint: (point: SignedPoint) => void,
    private readonly entries: Map<string, InvitationEntry>,
  ) {}

  /** The invitation that terms name; undefined if they name none, or the log has none. */
  of(terms: Terms): InvitationEntry | undefined {
    return this.entries.get(terms.invitation ?? '');
  }

  /**
   * The invitation that terms name, as the evaluator reads it; null if they name none, or the log has none.
   *
   * @param request the request that the terms belong to: the last use was its own. Null for no request
   */
  matchOf(terms: Terms, request: string | null): { invitation: Invitation; ticket: null } | null {
    const entry = this.of(terms);
    if (entry === undefined) return null;
    const isLastUse = entry.state === 'used_up' && entry.usedBy === request;
    const { id, statement, countersignature, used } = entry;
    const invitation: Invitation = {
      ...{ id, statement, countersignature, used, hash: terms.invitation ?? '', version: 1, endedAt: null },
      ...{ tenant: statement.tenant, service: statement.service, person: statement.person, createdAt: '' },
      state: isLastUse ? 'open' : entry.state,
    };
    return { invitation, ticket: null };
  }

  /** Takes `invitation.created`. @throws LogFault `wrong_invitation`, `role_not_held`, `bad_countersignature` */
  async takeNew(data: LeafOf<'invitation.created'>): Promise<void> {
    const statement = data.parsed('statement', parseInvitation);
    const hash = data.members.hash;
    const { ports, tenant, trust } = this.context;
    const isOwn = statement.tenant === data.leaf.tenant && statement.person === data.leaf.actor;
    if (statementHash(ports.hashing, statement) !== hash || !isOwn)
      throw data.fault('wrong_invitation', 'the invitation is of another statement, tenant or author.');
    if (!tenant.holds(statement.person, 'approver'))
      throw data.fault('role_not_held', `${statement.person} was no approver then.`);
    let countersignature: Signature<InvitationStatement> | null = null;
    if (data.members.countersignature !== undefined) {
      const proof = data.members.countersignature;
      const signature = data.parsed('countersignature', () => parseSignature({ ...proof, statement }));
      await trust.requireValid(data, signature, statement.person);
      countersignature = { ...signature, statement };
      this.onPoint({ index: data.index, ...statement.log });
    }
    const id = data.members.invitation;
    this.entries.set(hash, { id, statement, countersignature, state: 'open', used: 0, usedBy: null });
  }

  /**
   * Takes `invitation.used`.
   *
   * @param terms those of the request that used it, with the digest that the leaf names; undefined if it has none of this digest
   * @throws LogFault `wrong_invitation`
   */
  takeUse(data: LeafOf<'invitation.used'>, request: string, terms: Terms | undefined): void {
    const entry = this.find(data);
    entry.used += 1;
    const { statement, used } = entry;
    const fits =
      terms?.invitation === data.members.hash &&
      statement.type === INVITATION_TYPE &&
      invitationMismatches(terms, statement).length === 0 &&
      Date.parse(statement.notAfter) > Date.parse(toInstant(new Date(data.at)));
    // Their invitation ends with the author's role.
    const mayInvite = this.context.tenant.holds(statement.person, 'approver');
    if (entry.state !== 'open' || !fits || !mayInvite || used > (statement.uses ?? Number.POSITIVE_INFINITY))
      throw data.fault(
        'wrong_invitation',
        'the invitation is not open, does not fit, or was used too often.',
      );
    entry.usedBy = request;
    if (used === statement.uses) entry.state = 'used_up';
  }

  /** Takes `invitation.withdrawn` and `invitation.expired`. @throws LogFault `wrong_invitation` */
  takeEnd(data: LeafOf<'invitation.withdrawn' | 'invitation.expired'>): void {
    this.find(data).state = data.type === 'invitation.expired' ? 'expired' : 'withdrawn';
  }

  private find(
    data: LeafOf<'invitation.used' | 'invitation.withdrawn' | 'invitation.expired'>,
  ): InvitationEntry {
    const entry = this.entries.get(data.members.hash);
    if (entry === undefined) throw data.fault('wrong_invitation', 'the log has no such invitation.');
    return entry;
  }
}
