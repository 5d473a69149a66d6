import type { GrantView } from '@countersign/access';
import { z } from 'zod';
import { component, digestText, idText, instant, pageOf } from '../openapi/components.js';

export const grantShape = component(
  'Grant',
  z.object({
    id: idText('grt', 'The grant.'),
    request: idText('req', 'The request that it came from.'),
    tenant: z.string(),
    service: z.string(),
    scope: z.array(z.object({ resource: z.string(), actions: z.array(z.string()) })),
    requester: idText('usr', 'The engineer who holds it.'),
    digest: digestText(),
    state: z.enum(['scheduled', 'active', 'ended']),
    startsAt: instant()
      .nullable()
      .describe('Null until the first token, for a grant that starts on first use.'),
    endsAt: instant().nullable(),
    budget: z
      .object({ calls: z.int().optional(), bytes: z.int().optional() })
      .nullable()
      .describe('Null: no limit but time.'),
    used: z
      .object({ calls: z.int(), bytes: z.int() })
      .describe('Calls allowed, and bytes of response bodies sent.'),
    endReason: z.enum(['expired', 'revoked', 'released', 'exhausted']).nullable(),
    endedAt: instant().nullable(),
    endedBy: idText('usr', 'Who ended it; null where time, a rule or the host did.').nullable(),
    countersignedBy: z
      .array(z.string())
      .describe('Whose passkeys have signed what it opens; nobody’s: it is on the vendor’s word.'),
    gatewayUrl: z.string().describe('Where the service is called under this grant.'),
  }),
);
export type GrantAnswer = z.infer<typeof grantShape>;

export const grantPage = pageOf('GrantPage', grantShape);

export function grantAnswer(
  { grant, scope, budget, countersignedBy }: GrantView,
  gatewayUrl: string,
): GrantAnswer {
  return {
    id: grant.id,
    request: grant.request,
    tenant: grant.tenant,
    service: grant.service,
    scope,
    requester: grant.requester,
    digest: grant.digest,
    state: grant.state,
    startsAt: grant.startsAt,
    endsAt: grant.endsAt,
    budget,
    used: grant.used,
    endReason: grant.endReason,
    endedAt: grant.endedAt,
    endedBy: grant.endedBy,
    countersignedBy,
    gatewayUrl: `${gatewayUrl}/${grant.service}`,
  };
}
