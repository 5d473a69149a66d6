import { z } from 'zod';

const scope = z.array(z.object({ resource: z.string(), actions: z.array(z.string()) }));
const side = z.object({ required: z.number(), approved: z.number() });

/** What the tour reads of the broker's answers; other members are not looked at. */
export const needsShape = z.object({
  vendor: side,
  customer: side,
  risk: z.object({ level: z.string(), reasons: z.array(z.string()) }),
});

export const previewShape = z.object({ outcome: z.string(), needs: needsShape });

export const requestShape = z.object({
  id: z.string(),
  tenant: z.string(),
  service: z.string(),
  requester: z.string(),
  scope,
  duration: z.string(),
  justification: z.string().nullable(),
  state: z.string(),
  digest: z.string(),
  lapsesAt: z.string(),
  needs: needsShape,
  grant: z.string().nullable(),
  reviews: z.array(z.object({ person: z.string(), side: z.string(), decision: z.string() })),
});
export type RequestAnswer = z.infer<typeof requestShape>;

export const reviewShape = z.object({ side: z.string(), decision: z.string(), digest: z.string() });

export const grantShape = z.object({
  id: z.string(),
  tenant: z.string(),
  request: z.string(),
  requester: z.string(),
  digest: z.string(),
  state: z.string(),
  startsAt: z.string().nullable(),
  endsAt: z.string().nullable(),
  endReason: z.string().nullable(),
  gatewayUrl: z.string(),
});
export type GrantAnswer = z.infer<typeof grantShape>;

export const tokenShape = z.object({ access_token: z.string(), expires_in: z.number() });

export const tokenHeaderShape = z.object({ alg: z.string(), typ: z.string(), kid: z.string() });
export const tokenClaimsShape = z.object({
  aud: z.string(),
  sub: z.string(),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  grant_id: z.string(),
  grant_nbf: z.number(),
  grant_exp: z.number(),
  tenant: z.string(),
  digest: z.string(),
});

export const invoiceShape = z.object({
  id: z.string(),
  customerName: z.string(),
  status: z.string(),
  currency: z.string(),
  totalCents: z.number(),
});

export const recordsShape = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      method: z.string(),
      path: z.string().nullable(),
      decision: z.string(),
      code: z.string().nullable(),
      outcome: z.string().nullable(),
      status: z.number().nullable(),
    }),
  ),
});

export const eventsShape = z.object({
  items: z.array(
    z.object({
      index: z.number(),
      type: z.string(),
      at: z.string(),
      actor: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
});
