import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { digestText, idText } from './members.js';

/** The organisation file, as the vendor's security admins and auditors see it. Only the operator of the host applies one. */

const hash = () =>
  digestText().describe('Identifies the organisation in force: `countersign apply --expect` compares it.');

const policySchema = named(
  'AccessPolicy',
  'The vendor’s own rules for access. Durations are whole seconds.',
  z.looseObject({
    vendorReviews: z.int().describe('Reviews of the vendor that a request needs.'),
    maxDuration: z.int(),
    tokenTtl: z.int(),
    requestTtl: z.int(),
  }),
);

const inForceSchema = named(
  'OrganisationInForce',
  'What the last applied file and the changes since have made of the organisation. Nothing in it is secret.',
  z.object({
    hash: hash(),
    vendor: z.object({
      name: z.string(),
      policy: policySchema.nullable().describe('Null: no file was applied yet.'),
      staff: z.array(
        z.object({
          id: idText('usr', 'The person.'),
          name: z.string(),
          email: z.string(),
          roles: z.array(z.string()),
          groups: z.exactOptional(z.array(z.string())),
        }),
      ),
    }),
    services: z.array(
      z.object({
        name: z.string(),
        routes: z.int().describe('How many routes its map has.'),
        tenants: z.array(z.string()).nullable().describe('The tenants that it is for; null: every tenant.'),
      }),
    ),
    tenants: z.array(
      z.object({
        slug: z.string(),
        name: z.string(),
        people: z.int().describe('How many people it has.'),
        signIn: z.boolean().describe('Whether its people sign in at a provider of their own.'),
        webhooks: z.int().describe('How many webhooks it has.'),
      }),
    ),
  }),
);
export type OrganisationInForce = z.infer<typeof inForceSchema>;

const memberChangeSchema = z.object({
  path: z.string().describe('Such as `controls.approvals`.'),
  before: z.string().nullable().describe('Null: there is none, or it is hidden.'),
  after: z.string().nullable().describe('Null: there is none, or it is hidden.'),
  hidden: z.boolean().describe('The values could be secret, so only the fact of the change is shown.'),
});

const organisationChangeSchema = named(
  'OrganisationChange',
  'One difference between a file and the organisation in force.',
  z.object({
    action: z
      .enum(['add', 'change', 'remove', 'propose', 'skip'])
      .describe(
        '`propose`: it waits for the tenant’s own people, or for the delay of its controls. `skip`: a person who is left out, because the SCIM client of the other side has made them.',
      ),
    kind: z.enum(['vendor', 'coverage', 'person', 'service', 'tenant']),
    name: z.string(),
    heldBy: z
      .string()
      .exactOptional()
      .describe('Only of `skip`: the side that has the person, a tenant’s slug or `vendor`.'),
    members: z.array(memberChangeSchema),
    more: z.int().describe('How many more members differ.'),
  }),
);
export type OrganisationChange = z.infer<typeof organisationChangeSchema>;

const fileSchema = named(
  'OrganisationFileText',
  'An organisation file that is compared, and not stored.',
  z.object({ file: z.string().max(1_000_000).describe('The text of the file, YAML or JSON.') }),
);
export type OrganisationFileText = z.infer<typeof fileSchema>;

const previewSchema = named(
  'OrganisationPreview',
  'What applying a file would change.',
  z.object({
    hash: hash(),
    changes: z.array(organisationChangeSchema),
    warnings: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  }),
);
export type OrganisationPreview = z.infer<typeof previewSchema>;

export const organisationEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/organisation/in-force',
    callers: { people: 'organisation.read' },
    summary: 'Read the organisation in force',
    description:
      'Services, staff, customers and the vendor’s policy. For the vendor’s security admins and auditors. Each applied file is the leaf `organisation.applied` of the vendor’s own log.',
    answer: { status: 200, description: 'The organisation.', schema: inForceSchema },
  }),
  preview: endpoint({
    route: 'POST /api/v1/organisation/preview',
    callers: { people: 'organisation.preview' },
    summary: 'Compare an organisation file with the organisation in force',
    description:
      'Answers what `countersign apply` would change, and changes nothing: only the operator of the broker’s host applies a file. `invalid_request` with every problem if the file is invalid. Files that it names are not read: a list of coverage counts as unchanged, and routes of an OpenAPI document are refused. `tenant_claimed` and `conflict` as `apply` would answer. For the vendor’s security admins, but not in a session that was opened with a mailed code.',
    body: { schema: fileSchema },
    answer: { status: 200, description: 'The differences.', schema: previewSchema },
    errors: ['tenant_claimed', 'conflict'],
  }),
};
