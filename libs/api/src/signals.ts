import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';

/** The error codes of RFC 8935 §2.4 that this receiver answers. */
export const SIGNAL_ERRORS = [
  'invalid_request',
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
  'authentication_failed',
] as const;
export type SignalErrorCode = (typeof SIGNAL_ERRORS)[number];

const signalErrorSchema = named(
  'SignalError',
  'Why an event was refused (RFC 8935 §2.3).',
  z.object({
    err: z.enum(SIGNAL_ERRORS).describe('RFC 8935 §2.4.'),
    description: z.string().describe('For people.'),
  }),
);

export const signalEndpoints = {
  push: endpoint({
    route: 'POST /signals/{side}/events',
    callers: { everyone: true },
    summary: 'Receive a security event of a side’s provider',
    description:
      'Push delivery of a signed Security Event Token (RFC 8417, RFC 8935, OpenID SSF 1.0). `side` is `vendor` or a tenant’s slug. `session-revoked`, `credential-change` (CAEP), `account-disabled` and `account-purged` (RISC) end the person’s sessions, API keys, open requests and grants before the answer is sent. Other events are accepted and have no effect. An event that was received before is accepted again and has no effect.',
    body: { schema: z.string().describe('A compact JWS.'), type: 'application/secevent+jwt' },
    answer: { status: 202, description: 'Received, and done.' },
    errors: ['not_found', 'not_ready', 'body_too_large'],
    errorBody: { type: 'application/json', schema: signalErrorSchema },
  }),
};
