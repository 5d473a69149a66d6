import { LogFault } from '@countersign/audit-log';

/**
 * What is wrong with what the leaves of a log say. The codes of a log whose hashes or signatures do not fit are
 * `LogFaultCode` in @countersign/audit-log.
 */
export type ReplayFaultCode =
  /** A leaf has a value that its type does not have, such as a decision that is none, or a day. What lacks a member has this code too. */
  | 'unreadable_leaf'
  /** The keys or the anchor file are not those of one tenant's log and of its deployment's log. */
  | 'wrong_log'
  /** A state that was kept between runs is damaged. */
  | 'invalid_state'
  /**
   * The checkpoint lacks cosignatures that the caller's policy requires; or leaves those of a majority of the trust document's
   * witnesses, for longer than its grace period.
   */
  | 'not_witnessed'
  /** A cosignature of a known witness is wrong. */
  | 'bad_cosignature'
  /** A value and salt do not open the commitment of their leaf, or are not an opening. */
  | 'false_opening'
  /** The opening of a commitment is missing, and no leaf says that it was erased. */
  | 'missing_opening'
  /** An erasure names a leaf or a field that does not exist, or a value that was too young. */
  | 'wrong_erasure'
  /** The daily sealed leaf of a day is missing. */
  | 'seal_missing'
  /** A day has two sealed leaves, or they do not come in the order of days. */
  | 'seal_repeated'
  /** A sealed leaf has another length than those before: it would show that its day is special. */
  | 'seal_length'
  /** A seal was not opened twelve months later, or the event that opens it names another leaf. */
  | 'seal_overdue'
  /** What a seal covered is not what the log shows of it: leaves of the sealed sub-log were changed, dropped or added. */
  | 'sealed_mismatch'
  /** Tiles were pruned beyond the end of the log, or back; or leaves that were younger than a log may prune. */
  | 'wrong_pruning'
  /** The deployment's log is not the one that this log names: it was forked, rolled back, or continues under another name without a restore. */
  | 'deployment_forked'
  /**
   * A leaf is older than one before it, by more than brokers' clocks differ; a leaf of the deployment's log states a time before a
   * point at which that log did not have the leaf yet; or a widening was proposed later than its leaf says.
   */
  | 'backdated'
  /** A leaf is dated later than the verifier's own clock. It comes after every other fault but `gateway_silent` and `not_witnessed`. */
  | 'dated_ahead'
  /** The definition that is opened for a service is not that of its route map's hash. */
  | 'false_route_map'
  /** Records of a gateway are missing between two others. */
  | 'record_gap'
  /** A run of a gateway, or its end, is missing: a later run names it as the one before, or another lane names it. */
  | 'run_missing'
  /** A record is not the one that its gateway chained. */
  | 'changed_record'
  /** A head is not signed by the gateway's registered key, or heads are missing, or the gateway's key was replaced. */
  | 'bad_head'
  /** A gateway that the deployment's log does not know, or that was revoked or gone by then. */
  | 'unknown_gateway'
  /** A gateway that serves the tenant has signed nothing in its log for two days: its records may be missing as a whole. */
  | 'gateway_silent'
  /** A gateway reported a record, and the log does not show it: it may be a call that was let through. */
  | 'disputed_call'
  /** Roles, controls or passkeys are not what the log's earlier leaves lead to. */
  | 'changed_outside_log'
  /** A daily statement of what is open says something else than the leaves before it. */
  | 'standing_differs'
  /** A quarterly access review leaves out what is open, was decided by someone who may not, or lapsed before its term. */
  | 'wrong_access_review'
  /** A practice asks someone who is no approver, was answered twice or by someone else, or its result does not follow from the answer. */
  | 'wrong_practice'
  /** The vendor's side widened a claimed tenant, which only its own people may do. */
  | 'widened_by_host'
  /** The controls were widened without the delay, or the confirmation, that they required. */
  | 'widened_early'
  /** A widening that does not wait, or leads to other controls than were proposed. */
  | 'wrong_widening'
  /** Someone did what their role does not allow at that moment. */
  | 'role_not_held'
  /** Terms do not have the digest that names them, or belong to another request. */
  | 'wrong_digest'
  /** A leaf names a request, review or proposal that the log does not have, or that is over. */
  | 'unknown_request'
  /** The requester reviewed their own request. */
  | 'self_review'
  /** An approval came by a channel that the risk does not allow. */
  | 'channel_not_allowed'
  /** An approval was given in a stage that was not open, or by someone who may not decide in it. */
  | 'wrong_stage'
  /** Terms state another place or employer of the requester than the deployment's log did then, or a record differs from its terms. */
  | 'wrong_facts'
  /** An approval lacks the countersignature that was required. */
  | 'countersignature_required'
  /** A countersignature is not valid for what it approves. `detail` has the reason. */
  | 'bad_countersignature'
  /** A signed statement names another root of this log. */
  | 'statement_of_fork'
  /** A version of the trust document does not follow the one before. */
  | 'trust_chain'
  /** A customer's stop or lift is not validly signed, or is not the one that its leaf names. */
  | 'bad_stop'
  /** The policy of that moment did not allow what a review, grant or token allows. */
  | 'not_allowed'
  /** A grant lacks reviews that the policy of that moment required. */
  | 'not_approved'
  /** An emergency began without a leaf before it that says that the customer was notified. */
  | 'not_notified'
  /** The explanation of an emergency is of no emergency, or is due later than the tenant's term. */
  | 'wrong_disclosure'
  /** A second grant of one digest, or one grant twice. */
  | 'second_grant'
  /** A grant's window is not the one of its terms. */
  | 'wrong_window'
  /** A counter-offer is wider than what it answers. */
  | 'offer_widens'
  /** An invitation that is not open, does not fit, or was used too often. */
  | 'wrong_invitation'
  /** A lock was lifted by the wrong side, or too early. */
  | 'wrong_lift'
  /** A call or token under a grant that the log does not have. */
  | 'unknown_grant'
  /** A call says another request, person, service or digest than its grant. */
  | 'wrong_grant'
  /** A call outside the window of its grant. */
  | 'outside_window'
  /** A call after its grant had ended. */
  | 'after_end'
  /** A call while its tenant, person or service was locked. */
  | 'locked'
  /** A call after the customer had stopped the grant or all access. */
  | 'stopped'
  /** A call that no token covers. */
  | 'no_token'
  /** A call outside the scope of its grant. */
  | 'out_of_scope'
  /** A call that the tenant's controls or trust document forbade. */
  | 'forbidden'
  /** A call that is something else by the route map of its grant. */
  | 'wrong_route'
  /** A call that is not the one change that was approved. */
  | 'wrong_change'
  /** More calls or bytes than the budget of the grant. */
  | 'over_budget'
  /** A claimed tenant's call without the countersignatures that its trust document required. */
  | 'not_countersigned';

/** A fault of what a leaf says. */
export const fault = (code: ReplayFaultCode, detail: string, index?: number): LogFault<ReplayFaultCode> =>
  new LogFault(code, index === undefined ? detail : `Leaf ${index}: ${detail}`, index);

/** Something that a reader should know, and that is no fault. */
export type WarningCode =
  /** The log continues one from before a restore; leaves that it had are lost. */
  | 'restored'
  /** A gateway's records are missing that a restore has lost, or that were pruned. Calls may be among them. */
  | 'records_lost'
  /** Tiles of old leaves are no longer served. */
  | 'pruned'
  /** Values behind commitments were erased. */
  | 'erased'
  /** Openings were not read, so commitments were not opened. */
  | 'openings_not_read'
  /** The vendor has not explained an emergency in the tenant's term, or did so too late. */
  | 'disclosure_late'
  /** A gateway's first record in this log names no run before: the gateway is new, its disk was lost, or it is too old. */
  | 'first_run'
  /** A run does not continue the run before of its gateway that the log shows. */
  | 'run_unlinked'
  /** A gateway that serves the tenant has signed nothing in its log yet. */
  | 'gateway_unsigned'
  /** A gateway for some tenants, and no daily statement of this log names it. */
  | 'gateway_of_others'
  /** No broker wrote to the log for longer than a day. */
  | 'outage'
  /** A gateway sent a record that contradicts the log. It was no call that it let through. */
  | 'gateway_mismatch'
  /** The newest leaves of a sealed log are covered by no head in the tenant's log yet. */
  | 'not_covered'
  /** An approval by the API while a key was valid that the vendor's host had made for the approver. */
  | 'host_made_key'
  /** A call of a claimed tenant through a gateway that had not pinned its trust document. */
  | 'unpinned_gateway'
  /** The tenant's trust began again because its keys were lost. */
  | 'trust_reset'
  /** A route map is not opened to the tenant, so routes of calls were not checked. */
  | 'route_map_unknown'
  /** The checkpoint is not cosigned by a majority of the witnesses in the trust document. */
  | 'not_witnessed';

/** `index` is the first leaf that it concerns; null if it is no single leaf. `count` says how often it occurred. */
export type Warning = { code: WarningCode; index: number | null; count: number; detail: string };

/** Collects warnings: the first of each code in full, the others by their number. */
export class Warnings {
  readonly #known = new Map<WarningCode, Warning>();

  constructor(...earlier: readonly (readonly Warning[] | undefined)[]) {
    for (const warning of earlier.flatMap((each) => each ?? [])) {
      const known = this.#known.get(warning.code);
      if (known === undefined) this.#known.set(warning.code, { ...warning });
      else known.count += warning.count;
    }
  }

  add(code: WarningCode, detail: string, index: number | null = null): void {
    const known = this.#known.get(code);
    if (known === undefined) this.#known.set(code, { code, index, count: 1, detail });
    else known.count += 1;
  }

  get all(): Warning[] {
    return [...this.#known.values()];
  }
}
