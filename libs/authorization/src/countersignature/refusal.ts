/** Why a customer's signature, or what should have one, does not count. Stable words, in the order of the checks. */
export type CountersignReason =
  // An assertion (WebAuthn Level 3 §7.2).
  | 'malformed'
  | 'wrong_type'
  | 'wrong_challenge'
  | 'wrong_origin'
  | 'cross_origin'
  | 'wrong_relying_party'
  | 'user_absent'
  | 'user_not_verified'
  | 'bad_signature'
  // A statement and who signed it.
  | 'wrong_deployment'
  | 'wrong_tenant'
  | 'wrong_digest'
  | 'wrong_decision'
  | 'wrong_trust'
  | 'unknown_person'
  | 'unknown_key'
  | 'invitation_misfits'
  | 'duplicate_person'
  | 'too_few'
  | 'outside_window'
  // What the trust document rules.
  | 'trust_expired'
  | 'basis_not_accepted'
  | 'forbidden'
  | 'not_pinned'
  // A version of a trust document.
  | 'wrong_pin'
  | 'wrong_place'
  | 'valid_too_long'
  | 'no_backup'
  | 'duplicate_signature'
  | 'key_has_not_signed';

/** `detail` says which rule was broken, and nothing of what was signed. */
export type CountersignRefusal = { reason: CountersignReason; detail: string };

export function refuse(reason: CountersignReason, detail: string): CountersignRefusal {
  return { reason, detail };
}
