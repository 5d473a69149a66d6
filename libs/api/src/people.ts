import { ASSURANCES, CHANNELS, FACT_NAMES, FACT_SOURCES, PERMISSIONS } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant } from './members.js';
import { groupList, tenantPersonInput, UNTIL_CLAIMED } from './organisation-members.js';

/** Place and employer of vendor staff, as they count now (docs/privacy-controls.md, Place and employer). */
const factsSchema = z
  .array(
    z.object({
      name: z.enum(FACT_NAMES),
      value: z.string(),
      verified: z.boolean().describe('The vendor’s identity provider has said it.'),
      source: z
        .enum(FACT_SOURCES)
        .describe('`oidc`: a claim at a sign-in; `scim`: the SCIM client; `stated`: the organisation file.'),
      since: instant().describe('Since when the source says so.'),
    }),
  )
  .exactOptional()
  .describe('Place and employer of vendor staff. Absent: nothing is known.');

export const personSchema = named(
  'Person',
  'Whom an id belongs to. It has only what the caller may know.',
  z.object({
    id: idText('usr', 'The person.'),
    name: z.string(),
    email: z.string(),
    tenant: z.string().nullable().describe('Null for the vendor’s staff.'),
    roles: z.array(z.string()),
    facts: factsSchema,
    removedAt: z.string().nullable().describe('When they left; their decisions and records stay.'),
  }),
);
export type Person = z.infer<typeof personSchema>;

/** Who the credentials of the caller belong to. */
export const whoamiSchema = named(
  'Whoami',
  'Who the caller is, and what they may do.',
  z.object({
    person: idText('usr', 'The person.'),
    email: z.string(),
    name: z.string(),
    tenant: z.string().nullable().describe('Null for the vendor’s staff.'),
    roles: z.array(z.string()),
    facts: factsSchema,
    zone: z
      .string()
      .nullable()
      .describe('The time zone that they have chosen for their clocks, an IANA name; null: the browser’s.'),
    channel: z.enum(CHANNELS),
    assurance: z.enum(ASSURANCES),
    authenticatedAt: instant()
      .nullable()
      .describe(
        'When they last proved who they are. Null if unknown: then what needs a fresh sign-in needs another one.',
      ),
    permissions: z
      .array(z.enum(PERMISSIONS))
      .describe('What the caller may attempt, by their roles and by how strongly they signed in.'),
  }),
);
export type Whoami = z.infer<typeof whoamiSchema>;

const tenantPersonBodySchema = named(
  'TenantPersonBody',
  'A person to add, with their roles.',
  tenantPersonInput,
);
export type TenantPersonBody = z.infer<typeof tenantPersonBodySchema>;

const tenantPersonChangeSchema = named(
  'TenantPersonChange',
  'What to change about a person.',
  z.strictObject({
    name: tenantPersonInput.shape.name.exactOptional(),
    roles: tenantPersonInput.shape.roles.exactOptional(),
    groups: groupList.exactOptional().describe('The groups that the privacy controls name.'),
  }),
);
export type TenantPersonChange = z.infer<typeof tenantPersonChangeSchema>;

const tenantPersonSchema = named(
  'TenantPerson',
  'A person of a tenant.',
  z.object({
    id: idText('usr', 'The person.'),
    name: z.string(),
    email: z.string(),
    roles: z.array(z.string()),
    groups: z
      .array(z.string())
      .exactOptional()
      .describe('The groups that the privacy controls name; absent: none.'),
    removedAt: instant().nullable().describe('When they left; their decisions stay.'),
  }),
);
export type TenantPerson = z.infer<typeof tenantPersonSchema>;

const changedTenantPersonSchema = named(
  'ChangedTenantPerson',
  'A person of a tenant after a change, and what waits of it.',
  tenantPersonSchema.extend({
    waiting: idText('wdn', 'The widening.')
      .exactOptional()
      .describe(
        'Only if the change lets the person decide more and waits, because the controls have `widening`: that part. The other members are the person from now on.',
      ),
  }),
);
export type ChangedTenantPerson = z.infer<typeof changedTenantPersonSchema>;

const tenantPersonPageSchema = pageOf('TenantPersonPage', tenantPersonSchema);

const FOR_ADMINS = `For the tenant’s admins, but not in a session that was opened with a mailed code. The tenant keeps at least one admin and as many approvers as its controls require. ${UNTIL_CLAIMED}`;
const WAITS =
  'If the controls have `widening`, a role that decides (`approver`, `admin`), and a group of an approver, wait: `waiting`.';

export const peopleEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/people/{id}',
    callers: { people: 'directory.read' },
    summary: 'Read who a person is: vendor staff, or someone of the caller’s own tenant',
    description: 'A name and a side; nothing about other tenants’ people.',
    answer: { status: 200, description: 'The person.', schema: personSchema },
    errors: ['not_found'],
  }),
  whoami: endpoint({
    route: 'GET /api/v1/whoami',
    callers: { people: 'self.read' },
    summary: 'Read who the caller is',
    description: 'The person, the side, the tenant, the roles, and how they are known.',
    answer: { status: 200, description: 'The person.', schema: whoamiSchema },
  }),
  listOfTenant: endpoint({
    route: 'GET /api/v1/tenants/{slug}/people',
    callers: { people: 'people.read' },
    summary: 'List a tenant’s people',
    description: 'For the tenant’s own people, with roles.',
    answer: {
      status: 200,
      description: 'All of them, by name, those who left last; `next` is null.',
      schema: tenantPersonPageSchema,
    },
    errors: ['not_found'],
  }),
  add: endpoint({
    route: 'POST /api/v1/tenants/{slug}/people',
    callers: { people: 'people.write' },
    summary: 'Add a person',
    description: `${FOR_ADMINS} ${WAITS}`,
    body: { schema: tenantPersonBodySchema },
    answer: { status: 201, description: 'The person.', schema: changedTenantPersonSchema },
    errors: ['not_found', 'conflict'],
  }),
  change: endpoint({
    route: 'PATCH /api/v1/tenants/{slug}/people/{id}',
    callers: { people: 'people.write' },
    summary: 'Change a person’s name, roles or groups',
    description: `${FOR_ADMINS} ${WAITS} \`conflict\` if the tenant’s provider assigns the roles by groups.`,
    body: { schema: tenantPersonChangeSchema },
    answer: { status: 200, description: 'The person.', schema: changedTenantPersonSchema },
    errors: ['not_found', 'conflict'],
  }),
  remove: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/people/{id}',
    callers: { people: 'people.write' },
    summary: 'Remove a person',
    description: `The person is signed out everywhere at once, their keys are revoked, and their reviews of open requests become void. ${FOR_ADMINS}`,
    answer: { status: 200, description: 'The person, removed.', schema: tenantPersonSchema },
    errors: ['not_found', 'conflict'],
  }),
};
