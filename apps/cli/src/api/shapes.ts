import { z } from 'zod';

/** What the CLI reads of the broker's answers. Members beyond these are kept for `--json` and not looked at. */

const scope = z.array(z.looseObject({ resource: z.string(), actions: z.array(z.string()) }));

export const reviewShape = z.looseObject({
  id: z.string(),
  person: z.string(),
  side: z.enum(['vendor', 'customer']),
  decision: z.string(),
  digest: z.string(),
  reason: z.string().nullable(),
  channel: z.string(),
  assurance: z.string(),
  at: z.string(),
});

export const requestShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  service: z.string(),
  requester: z.string(),
  scope,
  duration: z.string(),
  justification: z.string().nullable(),
  ticket: z.string().nullable(),
  state: z.string(),
  digest: z.string(),
  terms: z.looseObject({
    startsAt: z.string().optional(),
    startsOn: z.string().optional(),
    useBy: z.string().optional(),
    budget: z.looseObject({ calls: z.number().optional(), bytes: z.number().optional() }).optional(),
  }),
  needs: z.looseObject({
    vendor: z.looseObject({ required: z.number(), approved: z.number() }),
    customer: z.looseObject({
      required: z.number(),
      approved: z.number(),
      countersignature: z.boolean(),
      channels: z.array(z.string()),
    }),
    risk: z.looseObject({ level: z.string(), reasons: z.array(z.string()) }),
  }),
  lapsesAt: z.string(),
  createdAt: z.string(),
  reviews: z.array(reviewShape),
  earlierDenials: z
    .array(z.looseObject({ request: z.string(), deniedAt: z.string(), reason: z.string().nullable() }))
    .optional(),
  offer: z
    .looseObject({
      digest: z.string(),
      person: z.string(),
      terms: z.looseObject({ scope, seconds: z.number(), startsAt: z.string().optional() }),
    })
    .nullish(),
  grant: z.string().nullable(),
  invitation: z.string().nullish(),
});
export type RequestAnswer = z.output<typeof requestShape>;

export const grantShape = z.looseObject({
  id: z.string(),
  request: z.string(),
  tenant: z.string(),
  service: z.string(),
  scope,
  requester: z.string(),
  digest: z.string(),
  state: z.string(),
  startsAt: z.string().nullable(),
  endsAt: z.string().nullable(),
  used: z.looseObject({ calls: z.number(), bytes: z.number() }),
  endReason: z.string().nullable(),
  gatewayUrl: z.string(),
});
export type GrantAnswer = z.output<typeof grantShape>;

export const tokenShape = z.looseObject({
  access_token: z.string().regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/),
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
});
export type TokenAnswer = z.output<typeof tokenShape>;

export const serviceShape = z.looseObject({
  name: z.string(),
  upstream: z.string(),
  audience: z.string(),
  tenantFrom: z.enum(['path', 'host', 'header', 'service']),
  tenantHeader: z.string().nullable(),
  routesHash: z.string(),
  routes: z.array(
    z.looseObject({
      method: z.string(),
      path: z.string(),
      resource: z.string(),
      action: z.string(),
      query: z.union([z.literal('any'), z.array(z.string())]),
    }),
  ),
});
export type ServiceAnswer = z.output<typeof serviceShape>;

/** Who the key belongs to. */
export const meShape = z.looseObject({
  person: z.string(),
  email: z.string(),
  name: z.string(),
  tenant: z.string().nullable(),
  roles: z.array(z.string()),
});

export const invitationShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  service: z.string(),
  scope,
  notBefore: z.string(),
  until: z.string(),
  ticket: z.string().nullable(),
  maxDuration: z.string(),
  budget: z.looseObject({ calls: z.number().optional(), bytes: z.number().optional() }).nullable(),
  uses: z.number().nullable(),
  used: z.number(),
  state: z.string(),
  person: z.string(),
});
export type InvitationAnswer = z.output<typeof invitationShape>;

export const lockShape = z.looseObject({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  tenant: z.string().nullable(),
  side: z.string(),
  reason: z.string(),
  expiresAt: z.string().nullable(),
});
export type LockAnswer = z.output<typeof lockShape>;

export const noticeShape = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  kind: z.string(),
  deliveries: z.array(
    z.looseObject({
      channel: z.string(),
      recipient: z.string(),
      state: z.string(),
      attempts: z.number(),
      lastError: z.string().nullable(),
    }),
  ),
});
export type NoticeAnswer = z.output<typeof noticeShape>;

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.looseObject({ items: z.array(item), next: z.string().nullable() });

export const problemShape = z.looseObject({
  code: z.string().regex(/^[a-z0-9_]{1,64}$/),
  detail: z.string().optional(),
  title: z.string().optional(),
  refusals: z
    .array(z.looseObject({ code: z.string(), detail: z.string(), pointer: z.string().optional() }))
    .optional()
    .catch(undefined),
});
