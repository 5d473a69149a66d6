import { randomUUID } from 'node:crypto';
import type { IdentityProvider } from '../fakes/identity-provider.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type';

/** Payloads as in the examples of CAEP 1.0 and RISC 1.0, by the event's short name. */
const PAYLOADS = {
  'session-revoked': {
    [`${CAEP}/session-revoked`]: { initiating_entity: 'policy', event_timestamp: 1_615_304_991 },
  },
  'credential-change': {
    [`${CAEP}/credential-change`]: { credential_type: 'fido2-roaming', change_type: 'create' },
  },
  'account-disabled': { [`${RISC}/account-disabled`]: { reason: 'hijacking' } },
  'device-compliance-change': {
    [`${CAEP}/device-compliance-change`]: { current_status: 'not-compliant', previous_status: 'compliant' },
  },
};
export type EventName = keyof typeof PAYLOADS;

/** The claims of a SET about one person, for one side; `change` alters them. */
export const eventClaims = (
  { issuer }: Pick<IdentityProvider, 'issuer'>,
  audience: string,
  event: EventName,
  subject: object,
  change: Record<string, unknown> = {},
): Record<string, unknown> => ({
  iss: issuer,
  jti: randomUUID(),
  iat: Math.floor(Date.now() / 1000),
  aud: audience,
  sub_id: subject,
  events: PAYLOADS[event],
  ...change,
});

/** Pushes a SET as a transmitter does (RFC 8935 §2.1). */
export async function pushEvent(
  brokerUrl: string,
  side: string,
  token: string | Buffer,
  type = 'application/secevent+jwt',
): Promise<{ status: number; text: string; err: unknown; language: string | null }> {
  const answer = await fetch(`${brokerUrl}/signals/${side}/events`, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'application/json' },
    body: token,
  });
  const text = await answer.text();
  const { err } = text === '' ? { err: undefined } : (JSON.parse(text) as { err?: unknown });
  return { status: answer.status, text, err, language: answer.headers.get('content-language') };
}
