import { ACCESS_KINDS, COVERAGE_STATES, CREDENTIAL_KINDS, recurrenceSchema } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { accessMembers, filters, instant, scopeAnswer } from './members.js';

/** Every way in through Countersign, and the vendor's list of all other ways to customers' data. */

const way = <Kind extends string>(kinds: readonly Kind[]) =>
  z.object({
    kind: z.enum(kinds),
    id: z.string().describe('Of the grant, invitation, key, session or gateway; of a rule, its basis.'),
    tenant: z.string().nullable().describe('Null: the vendor’s, or not of one tenant.'),
    owner: z.string().nullable().describe('The person who has it; null for a gateway and a rule.'),
    name: z.string().nullable().describe('A gateway’s name.'),
    service: z.string().nullable(),
    scope: scopeAnswer().nullable(),
    recurs: recurrenceSchema
      .nullable()
      .describe('The weekly times of an invitation that recurs; null otherwise.'),
    since: instant(),
    until: instant().nullable().describe('When it ends by itself; null: never.'),
  });

const accessWaySchema = named(
  'AccessWay',
  'Access that is open, or that a rule or an invitation would open.',
  way(ACCESS_KINDS).extend({
    access: accessMembers()
      .access.nullable()
      .describe('Whether calls pass under a grant now; null for an invitation and a rule.'),
    accessReason: accessMembers().accessReason,
  }),
);
const credentialWaySchema = named(
  'CredentialWay',
  'A key, a session or another credential that lets in.',
  way(CREDENTIAL_KINDS),
);

const credentialCount = z.object({ count: z.int(), oldest: instant().nullable() });
const peoplesCredentialsSchema = named(
  'PeoplesCredentials',
  'How many credentials a side’s people hold, and since when the oldest.',
  z.object({ apiKeys: credentialCount, sessions: credentialCount }),
);

const coverageSchema = named(
  'Coverage',
  'The known ways to the data, and what controls each.',
  z.object({
    checkedOn: z.string().meta({ format: 'date' }).describe('The day on which the list was last checked.'),
    ways: z.array(
      z.object({
        way: z.string(),
        state: z.enum(COVERAGE_STATES).describe('`open`: nothing controls it.'),
        by: z.string().exactOptional().describe('What controls it, if that is not Countersign.'),
        services: z.array(z.string()).exactOptional().describe('Absent: all.'),
      }),
    ),
  }),
);

const statedSchema = named(
  'StandingStatement',
  'Every way in at one time, as it is signed.',
  z.object({
    leaf: z.int().describe('Index of the leaf `standing.stated`.'),
    at: instant(),
    day: z.string().meta({ format: 'date' }),
    zero: z.boolean().describe('No way to data was open.'),
    ways: z.array(
      z.object({
        kind: z.enum(ACCESS_KINDS),
        id: z.string(),
        owner: z.string().nullable(),
        since: instant(),
        until: instant().nullable(),
      }),
    ),
    more: z.int().describe('How many ways the leaf does not list.'),
    credentials: z.object({
      gateways: z.int(),
      vendor: peoplesCredentialsSchema,
      tenant: peoplesCredentialsSchema,
    }),
    gateways: z
      .array(z.string())
      .describe('The gateways that served the tenant since the last statement, by id.'),
    moreGateways: z.int().describe('How many of these the leaf does not list.'),
    coverage: z
      .object({
        'controlled-here': z.int(),
        'controlled-elsewhere': z.int(),
        open: z.int(),
        checkedOn: z.string(),
      })
      .nullable(),
  }),
);

export const standingSchema = named(
  'Standing',
  'Every way in that is open, with its signature.',
  z.object({
    tenant: z.string().nullable().describe('Null: every tenant.'),
    at: instant(),
    zero: z
      .boolean()
      .describe(
        'No way to data is open through Countersign. It says nothing about the other ways of `coverage`.',
      ),
    ways: z
      .array(accessWaySchema)
      .describe(
        'Access that has not ended, open invitations, and rules that let in without a countersignature.',
      ),
    credentials: z
      .array(credentialWaySchema)
      .describe(
        'Keys and sessions of the reader’s own side, and the gateways. They open no data without a way.',
      ),
    counts: z.object({
      vendor: peoplesCredentialsSchema,
      tenant: peoplesCredentialsSchema.nullable(),
    }),
    coverage: coverageSchema.nullable().describe('Null: the vendor has not stated the other ways to data.'),
    stated: statedSchema.nullable().describe('The newest daily statement in the tenant’s log.'),
  }),
);
export type Standing = z.infer<typeof standingSchema>;

const standingQuery = z.strictObject({ tenant: filters.tenant });
export type StandingQuery = z.infer<typeof standingQuery>;

export const standingEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/standing',
    callers: { people: 'standing.read' },
    summary: 'Read every way in that is open now',
    description:
      'A customer’s people see their own tenant. The vendor’s auditors and security admins see the tenant that they name, or every tenant. The same is written into each tenant’s log once a day, as the leaf `standing.stated`.',
    query: standingQuery,
    answer: { status: 200, description: 'The ways in, the oldest first.', schema: standingSchema },
    errors: ['not_found'],
  }),
};
