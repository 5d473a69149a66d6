import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { digestText, idText, instant } from './members.js';

export const GATEWAY_STATES = ['in_touch', 'away', 'never', 'revoked'] as const;
export type GatewayState = (typeof GATEWAY_STATES)[number];

const gatewaySchema = named(
  'EnrolledGateway',
  'A gateway that may connect, and when it was last connected.',
  z.object({
    id: idText('gtw', 'The gateway.'),
    name: z.string(),
    services: z
      .array(z.string())
      .nullable()
      .describe('The services that it may serve, as its enrolment says; null: every service.'),
    tenants: z
      .array(z.string())
      .nullable()
      .describe('The tenants whose data it may serve; null: every tenant.'),
    enrolledAt: instant(),
    lastInTouchAt: instant().nullable().describe('When it last followed the feed; null if it never did.'),
    state: z.enum(GATEWAY_STATES),
    version: z
      .string()
      .nullable()
      .describe('Its version of Countersign, as it announced it last; null if it never did.'),
    pins: z
      .array(z.object({ tenant: z.string(), pinned: digestText(), current: digestText().nullable() }))
      .describe(
        'The tenants whose trust it has pinned: the fingerprint of the first version, and the version that it uses.',
      ),
  }),
);
export type EnrolledGateway = z.infer<typeof gatewaySchema>;

const gatewayPageSchema = pageOf('EnrolledGatewayPage', gatewaySchema);

export const gatewayEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/gateways',
    callers: { people: 'gateway.read' },
    summary: 'List enrolled gateways and when each was last connected',
    description: 'For the vendor’s security admins and auditors.',
    answer: {
      status: 200,
      description: 'All of them, newest first; `next` is null.',
      schema: gatewayPageSchema,
    },
  }),
};
