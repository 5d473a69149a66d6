import type { Trust } from '@countersign/api';
import {
  checkPinsStatement,
  decodeBase64url,
  encodeBase64url,
  type PinsStatement,
  type PinsStatementProblem,
  utf8,
} from '@countersign/contract';
import { verifyEd25519 } from '../../log/web-crypto.js';

/** Why the page cannot show what a gateway states, or what is wrong with it. */
export type StatementFinding =
  | PinsStatementProblem
  | 'unreachable'
  | 'unsupported'
  | 'not_pinned'
  | 'other_pin'
  | 'refuses_all'
  | 'other_version';

/** What a gateway stated by itself. `statement` and `kid` (RFC 7638 thumbprint of its key) are null if it is not believed. */
export interface AskedGateway {
  finding: StatementFinding | null;
  statement: PinsStatement | null;
  name: string | null;
  kid: string | null;
}

const TIMEOUT_MS = 10_000;
const NONCE_BYTES = 16;

/**
 * Asks a gateway itself, not the broker, what it has pinned, and checks the signature in this browser. The gateway must be
 * one that the broker lists, under the key that it has registered.
 */
export async function askGateway(trust: Trust, tenant: string): Promise<AskedGateway> {
  const nonce = encodeBase64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  const nothing = (finding: StatementFinding): AskedGateway => ({
    finding,
    statement: null,
    name: null,
    kid: null,
  });
  const address = `${trust.gatewayUrl.replace(/\/+$/, '')}/countersign/pins/${tenant}?nonce=${nonce}`;
  const jws = await fetchText(address);
  if (jws === undefined) return nothing('unreachable');
  const gatewayOf = (id: string) => trust.gateways.find((each) => each.id === id);
  try {
    const checked = await checkPinsStatement(
      jws,
      { nonce, tenant, now: Date.now(), publicKeyOf: (id) => gatewayOf(id)?.publicKey },
      (publicKey, message, signature) =>
        verifyEd25519(decodeBase64url(publicKey) ?? new Uint8Array(), message, signature),
    );
    if (!checked.ok) return nothing(checked.problem);
    const { statement } = checked;
    const gateway = gatewayOf(statement.iss);
    const kid = await thumbprint(gateway?.publicKey ?? '');
    return { finding: findingOf(statement, trust), statement, name: gateway?.name ?? null, kid };
  } catch {
    // Old browsers know no Ed25519.
    return nothing('unsupported');
  }
}

/** Whether the statement names what the tenant has signed; null if it does. */
function findingOf({ pinned, current }: PinsStatement, trust: Trust): StatementFinding | null {
  if (pinned === null) return 'not_pinned';
  if (pinned !== trust.anchor?.trust) return 'other_pin';
  if (current === null) return 'refuses_all';
  return current === trust.trust ? null : 'other_version';
}

async function fetchText(address: string): Promise<string | undefined> {
  try {
    const answer = await fetch(address, {
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7638, for an Ed25519 key (RFC 8037 §2). */
async function thumbprint(x: string): Promise<string> {
  const members = utf8(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }));
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(members))));
}
