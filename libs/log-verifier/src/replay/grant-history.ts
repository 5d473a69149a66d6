import { countersignedActions, isConsent, requiredApprovals } from '@countersign/access/policy';
import { checkCountersigned, type PinnedTrust } from '@countersign/authorization/signatures';
import type { Terms } from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { EmergencyHistory } from './emergency-history.js';
import { evaluateTerms, type ReplayContext } from './replay-context.js';
import type { Approved, RequestHistory } from './request-history.js';

/** A grant with its window and what approved it. Times in milliseconds since the epoch. */
export type GrantEntry = Approved & {
  id: string;
  digest: string;
  /** Null until its first use, for a grant that starts then. */
  startsAt: number | null;
  endsAt: number | null;
  isStarted: boolean;
  endedAt: number | null;
  endReason: string | null;
  /** When tokens were minted, and until when each is valid. */
  tokens: [from: number, to: number][];
  calls: number;
  /** Response bytes of calls that have ended, and when they used the budget up; null while they have not. */
  bytes: number;
  usedUpAt: number | null;
};

export type GrantState = { grants: Map<string, GrantEntry>; byDigest: Map<string, string> };

/** Grants and tokens: each grant's reviews, its window, and that the policy allowed each token. */
export class GrantHistory {
  /** Verdicts by grant and version of the trust document: both never change. Not kept between runs. */
  readonly #countersigned = new Map<string, Promise<string | undefined> | string | undefined>();

  constructor(
    private readonly context: ReplayContext,
    private readonly requests: RequestHistory,
    private readonly emergencies: EmergencyHistory,
    readonly state: GrantState = { grants: new Map(), byDigest: new Map() },
  ) {}

  /** Takes `grant.*` and `token.minted`. */
  take(data: LeafOf): void | Promise<void> {
    switch (data.type) {
      case 'grant.scheduled':
        return this.takeNew(data);
      case 'grant.started':
        return this.state.grants.has(data.members.grant) ? this.takeStart(data) : this.takeNew(data);
      case 'grant.ended':
        return this.takeEnd(data);
      case 'token.minted':
        return this.takeToken(data);
    }
  }

  /** Takes `request.approved`, which follows the grant that it names. @throws LogFault `unknown_grant`, `wrong_grant` */
  takeApproved(data: LeafOf<'request.approved'>): void {
    const { digest, terms } = this.find(data, data.required('grant', data.members.grant));
    const isOfGrant =
      data.members.digest === digest &&
      data.members.request === terms.request &&
      data.members.requester === terms.requester;
    if (!isOfGrant) throw data.fault('wrong_grant', 'what was approved is not what the grant is of.');
  }

  /** @throws LogFault `unknown_grant` */
  find(data: LeafData, id: string): GrantEntry {
    const grant = this.state.grants.get(id);
    if (grant === undefined) throw data.fault('unknown_grant', `the log has no grant ${id}.`);
    return grant;
  }

  /**
   * Why the grant lacks the countersignatures that a version of the trust document requires; undefined if it has them.
   *
   * @param required how many the tenant required, by its document and its controls
   */
  async countersignObjection(
    grant: GrantEntry,
    pinned: PinnedTrust,
    required: number,
  ): Promise<string | undefined> {
    const name = `${grant.id} ${pinned.hash} ${required}`;
    const known = this.#countersigned.get(name);
    if (known !== undefined || this.#countersigned.has(name)) return known;
    const objection = await this.checkConsents(grant, pinned, required);
    this.#countersigned.set(name, objection);
    return objection;
  }

  private async checkConsents(
    grant: GrantEntry,
    pinned: PinnedTrust,
    required: number,
  ): Promise<string | undefined> {
    const { document } = pinned;
    const isListed = ({ credential, statement }: Approved['consents'][number]) =>
      document.people.some(
        ({ person, passkeys }) => person === statement.person && passkeys.some(({ id }) => id === credential),
      );
    const countersignatures = grant.consents.filter(isListed).slice(0, required);
    const claims = {
      tenant: grant.terms.tenant,
      terms: grant.terms,
      grant_nbf: (grant.startsAt ?? 0) / 1_000,
      grant_exp: (grant.endsAt ?? 0) / 1_000,
      countersignatures,
    };
    return (await this.context.ports.signed((ports) => checkCountersigned(claims, pinned, ports)))?.detail;
  }

  private takeNew(data: LeafOf<'grant.scheduled' | 'grant.started'>): void {
    const id = data.members.grant;
    const digest = data.members.digest;
    if (this.state.grants.has(id) || this.state.byDigest.has(digest))
      throw data.fault('second_grant', `the log has a grant ${id}, or one of these terms, already.`);
    const approved = this.requests.approve(data);
    if (!Number.isFinite(this.context.deploymentSize()))
      throw data.fault(
        'deployment_forked',
        'the log names no point of the deployment’s log before this grant, so any could be shown.',
      );
    const { terms } = approved;
    if (data.members.requester !== terms.requester)
      throw data.fault('wrong_grant', 'the grant is of another person than its terms.');
    this.requireExtendable(data, terms);
    const window = windowOf(data);
    requireWindow(data, approved, window);
    this.state.byDigest.set(digest, id);
    const entry: GrantEntry = {
      ...{ ...approved, id, digest, ...window, isStarted: data.type === 'grant.started' },
      ...{ endedAt: null, endReason: null, tokens: [], calls: 0, bytes: 0, usedUpAt: null },
    };
    if (!isConsent(terms.basis)) this.emergencies.begin(data, entry);
    this.state.grants.set(id, entry);
  }

  /** Revoking a grant also stops its extension. */
  private requireExtendable(data: LeafData, terms: Terms): void {
    if (terms.extends === undefined) return;
    const extended = this.state.grants.get(this.state.byDigest.get(terms.extends) ?? '');
    if (extended === undefined || extended.endReason === 'revoked')
      throw data.fault('not_allowed', 'the grant that this one extends was revoked, or is not in the log.');
  }

  private takeStart(data: LeafOf<'grant.started'>): void {
    const grant = this.find(data, data.members.grant);
    const { startsAt, endsAt } = windowOf(data);
    if (grant.isStarted || grant.endedAt !== null || startsAt === null || endsAt === null)
      throw data.fault('second_grant', 'the grant had started, or had ended.');
    const { seconds, useBy } = grant.terms;
    const isFixed = grant.startsAt !== null;
    const fits = isFixed
      ? startsAt === grant.startsAt && endsAt === grant.endsAt && startsAt <= data.at
      : startsAt === data.at && endsAt <= startsAt + seconds * 1_000 && data.at < Date.parse(useBy ?? '');
    if (!fits) throw data.fault('wrong_window', 'the grant starts at another time than its terms say.');
    // A grant that starts on its first use is evaluated with the token that starts it.
    if (isFixed) this.requireAllowed(data, grant, 'activation');
    Object.assign(grant, { startsAt, endsAt, isStarted: true });
  }

  private takeEnd(data: LeafOf<'grant.ended'>): void {
    const grant = this.find(data, data.members.grant);
    if (grant.endedAt !== null) throw data.fault('second_grant', 'the grant had ended already.');
    grant.endedAt = data.at;
    grant.endReason = data.members.reason;
    // Signatures are checked with tokens and calls, and there are no new tokens.
  }

  private async takeToken(data: LeafOf<'token.minted'>): Promise<void> {
    const grant = this.find(data, data.members.grant);
    const { actor } = data.leaf;
    const expiresAt = data.instant('expiresAt');
    const { startsAt, endsAt } = grant;
    if (actor !== grant.requester || data.members.digest !== grant.digest)
      throw data.fault('wrong_grant', 'the token is of another person or digest than its grant.');
    if (!grant.isStarted || grant.endedAt !== null || startsAt === null || endsAt === null)
      throw data.fault('after_end', 'the grant was not active when the token was minted.');
    if (data.at < startsAt || data.at >= endsAt || expiresAt > endsAt)
      throw data.fault('outside_window', 'the token reaches beyond the window of its grant.');
    if (this.context.trust.isStopped(grant.digest))
      throw data.fault('stopped', 'the customer had stopped this grant.');
    this.requireAllowed(data, grant, 'mint');
    this.requireTokenTtl(data, expiresAt);
    await this.requireCountersigned(data, grant);
    grant.tokens.push([data.at, expiresAt]);
  }

  private requireAllowed(data: LeafData, grant: GrantEntry, stage: 'activation' | 'mint'): void {
    const { terms } = grant;
    const invitation = this.requests.invitations.matchOf(terms, null);
    const { refusals } = evaluateTerms(this.context, {
      terms,
      stage,
      grant: grant.id,
      reasonCode: grant.reasonCode,
      at: data.at,
      invitation,
    });
    if (refusals.length > 0)
      throw data.fault(
        'not_allowed',
        `the policy of that moment did not allow it: ${refusals.map(({ code }) => code).join(', ')}.`,
      );
  }

  private requireTokenTtl(data: LeafData, expiresAt: number): void {
    const { deployment } = this.context;
    const seconds = deployment.momentsAround(data.at).map((at) => deployment.policyAt(at)?.tokenTtl ?? 0);
    if (expiresAt > data.at + (Math.max(...seconds) + 1) * 1_000)
      throw data.fault('outside_window', 'the token lives longer than the policy allows.');
  }

  /** In a claimed tenant a token of what must be countersigned carries the countersignatures. */
  private async requireCountersigned(data: LeafData, grant: GrantEntry): Promise<void> {
    const { tenant, trust } = this.context;
    const { pinned } = trust;
    const { controls } = tenant;
    if (pinned === null || controls === null || !isConsent(grant.terms.basis)) return;
    if (countersignedActions(grant.terms, controls, pinned).length === 0) return;
    const objection = await this.countersignObjection(grant, pinned, requiredApprovals(controls, pinned));
    if (objection !== undefined)
      throw data.fault(
        'not_countersigned',
        `the token lacks what the trust document requires: ${objection}.`,
      );
  }
}

type Window = { startsAt: number | null; endsAt: number | null };

const windowOf = (data: LeafOf<'grant.scheduled' | 'grant.started'>): Window => ({
  startsAt: data.members.startsAt !== null ? data.instant('startsAt') : null,
  endsAt: data.members.endsAt !== null ? data.instant('endsAt') : null,
});

/**
 * The window at approval: `seconds` from the approval or from `startsAt`. A late approval leaves only the rest of it. A grant
 * that starts on its first use has none yet.
 */
function requireWindow(
  data: LeafOf<'grant.scheduled' | 'grant.started'>,
  { terms, latest }: Approved,
  { startsAt, endsAt }: Window,
): void {
  const wrong = () => data.fault('wrong_window', 'the window is not the one of the terms.');
  if (data.at >= latest) throw data.fault('wrong_window', 'the terms had lapsed.');
  if (terms.startsOn === 'first-use') {
    if (startsAt !== null || endsAt !== null) throw wrong();
    return;
  }
  const requested = terms.startsAt === undefined ? data.at : Date.parse(terms.startsAt);
  // A decision after `lapsesAt`, which a pause allows, leaves the rest of what was signed.
  const signedEnd = Date.parse(terms.startsAt ?? terms.lapsesAt) + terms.seconds * 1_000;
  const end = Math.min(requested + terms.seconds * 1_000, signedEnd);
  if (startsAt !== Math.max(requested, data.at) || endsAt !== end) throw wrong();
  if ((data.type === 'grant.started') !== startsAt <= data.at) throw wrong();
}
