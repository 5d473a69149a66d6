/**
 * A browser that an engineer opened with a grant. It begins as a code for one gateway to exchange, and then has a secret
 * that the browser keeps in a cookie. Only hashes of both are stored (SHA-256, hex).
 */
export interface BrowserSession {
  /** `ses_…`, as events of the log name it. */
  id: string;
  tenant: string;
  grant: string;
  requester: string;
  service: string;
  /** BASE64URL(SHA-256(verifier)), RFC 7636: only the browser that began has the verifier, in a cookie of its gateway. */
  challenge: string;
  /** Null once the code was exchanged. */
  codeHash: string | null;
  codeUntil: string;
  /** Null before the code was exchanged. */
  secretHash: string | null;
  createdAt: string;
  /** The address from which the engineer opened it. Rules about places use it for the tokens of the session. Null: not known. */
  address: string | null;
  /** The web session of the broker from which it was opened, `ses_…`: it ends with that. Null: opened with an API key. */
  webSession: string | null;
}

/** How long a code can be exchanged. It has to last for one redirect only. */
export const CODE_SECONDS = 60;
/** Browsers that one grant may have at once, and codes; the oldest browser has to sign in again. */
export const MAX_BROWSERS = 10;

/** The grant that a code or a secret belongs to; undefined if the text is neither. Both have the form `grt_….random`. */
export function grantOfSecret(text: string): string | undefined {
  return /^(grt_[0-9a-f-]{36})\.[A-Za-z0-9_-]{43}$/.exec(text)?.[1];
}
