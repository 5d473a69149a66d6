import { DEMAND_KINDS, DEMAND_STATES, DEMAND_STEP_ACTIONS, REDIRECT_OUTCOMES } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import {
  digestText,
  filters,
  freeText,
  idText,
  instant,
  instantText,
  pageQuery,
  requiredReason,
} from './members.js';

/** Government demands: for the vendor's legal counsel; the vendor's auditors read them. */

const ACTIONS = ['received', ...DEMAND_STEP_ACTIONS, 'documented', 'opened'] as const;

const MAX_ACCOUNTS = 1_000;
const MAX_TENANTS = 50;
const MAX_DOCUMENT = 4 * 1024 * 1024;
/** Base64 is a third longer, and JSON adds a little. */
const MAX_DOCUMENT_BODY = 6 * 1024 * 1024;

const requiredText = freeText.refine((text) => text.trim() !== '', 'Must not be empty');
const shortText = requiredText.max(300, 'At most 300 characters');

const demandBodySchema = named(
  'DemandBody',
  'A government’s demand, as the vendor’s legal counsel enters it.',
  z.strictObject({
    authority: shortText.describe('Who demands: the authority, as it calls itself.'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'Two capital letters (ISO 3166-1)')
      .describe('Whose authority it is: ISO 3166-1 alpha-2.'),
    legalBasis: shortText.describe('The law that it invokes.'),
    kind: z.enum(DEMAND_KINDS),
    reference: shortText.exactOptional().describe('The authority’s own number.'),
    data: requiredText.describe('Which data it wants.'),
    scope: requiredText.describe('From when to when, and of which services.'),
    tenants: z
      .array(filters.tenant.unwrap())
      .min(1)
      .max(MAX_TENANTS)
      .describe('The customers whose data it is about. Each is notified, unless there is a gag.'),
    accounts: z
      .array(shortText)
      .max(MAX_ACCOUNTS)
      .describe('Accounts that it names. Reports give their number alone.'),
    receivedAt: instantText,
    dueAt: instantText.exactOptional(),
    gag: z
      .strictObject({
        order: requiredText.describe('What forbids to notify the customer: court, statute, number.'),
        until: instantText.describe('Within twelve months.'),
      })
      .exactOptional()
      .describe('Absent: the customer is notified at once.'),
    reason: requiredReason.describe('How it reached the vendor, and what was checked.'),
  }),
);
export type DemandBody = z.infer<typeof demandBodySchema>;

const stepBodySchema = named(
  'DemandStepBody',
  'The next step of a demand.',
  z.strictObject({
    action: z.enum(DEMAND_STEP_ACTIONS),
    reason: requiredReason,
    outcome: z
      .enum(REDIRECT_OUTCOMES)
      .exactOptional()
      .describe('redirected: whether the authority went to the customer.'),
    scope: requiredText.exactOptional().describe('narrowed: what is left of the demand.'),
    withContent: z
      .boolean()
      .exactOptional()
      .describe('disclosed: whether content was disclosed, and not only data about it.'),
    accounts: z
      .int()
      .min(0)
      .max(1_000_000)
      .exactOptional()
      .describe('narrowed, disclosed: how many accounts.'),
    grant: filters.grant.describe('disclosed: the grant under which the data was read.'),
    until: instantText
      .exactOptional()
      .describe('extension-proposed: the new end of the gag, within twelve months from now.'),
  }),
);
export type DemandStepBody = z.infer<typeof stepBodySchema>;

const documentBodySchema = named(
  'DemandDocumentBody',
  'A document that belongs to a demand.',
  z.strictObject({
    name: shortText,
    content: z
      .string()
      .max(Math.ceil(MAX_DOCUMENT / 3) * 4)
      .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'Padded base64')
      .describe('The document in padded base64, at most 4 MiB.'),
    reason: requiredReason.describe('What it is.'),
  }),
);
export type DemandDocumentBody = z.infer<typeof documentBodySchema>;

const stepSchema = z.object({
  seq: z.int(),
  action: z.enum(ACTIONS),
  state: z.enum(DEMAND_STATES).describe('The state that it led to.'),
  person: z.string().describe('`usr_…`, or `job` for an opening.'),
  at: instant(),
  reason: z.string(),
  outcome: z.enum(REDIRECT_OUTCOMES).nullable(),
  scope: z.string().nullable(),
  withContent: z.boolean().nullable(),
  accounts: z.int().nullable(),
  until: instant().nullable(),
  document: digestText().nullable(),
  grant: z.string().nullable(),
});
export type DemandStep = z.infer<typeof stepSchema>;

const documentSchema = z.object({
  sha256: digestText(),
  name: z.string(),
  bytes: z.int(),
  at: instant(),
  person: z.string(),
});
export type DemandDocument = z.infer<typeof documentSchema>;

const line = {
  id: idText('dem', 'The demand.'),
  authority: z.string(),
  country: z.string(),
  kind: z.enum(DEMAND_KINDS),
  tenants: z.array(z.string()),
  receivedAt: instant(),
  dueAt: instant().nullable(),
  state: z.enum(DEMAND_STATES),
  gagUntil: instant().nullable().describe('The end of the gag, extensions included; null if there is none.'),
  sealed: z.boolean().describe('The customer must not learn of it yet.'),
  overdue: z
    .boolean()
    .describe('The gag has ended and the customer does not know yet: the job that opens it is late.'),
};

const demandLineSchema = named('DemandLine', 'A demand as lists show it.', z.object(line));
export type DemandLine = z.infer<typeof demandLineSchema>;

const demandSchema = named(
  'Demand',
  'A demand with its steps and documents.',
  z.object({
    ...line,
    legalBasis: z.string(),
    reference: z.string().nullable(),
    data: z.string(),
    scope: z.string(),
    accounts: z.array(z.string()),
    gagOrder: z.string().nullable(),
    createdAt: instant(),
    createdBy: z.string(),
    steps: z.array(stepSchema).describe('Oldest first.'),
    documents: z.array(documentSchema),
    proposal: z
      .object({ person: z.string(), until: instant(), at: instant() })
      .nullable()
      .describe('An extension of the gag that waits for a second person.'),
  }),
);
export type Demand = z.infer<typeof demandSchema>;

const listQuery = z.strictObject({
  state: z.enum(DEMAND_STATES).exactOptional().describe('Only those in this state.'),
  tenant: filters.tenant,
  ...pageQuery,
});
export type DemandListQuery = z.infer<typeof listQuery>;

export const demandEndpoints = {
  enter: endpoint({
    route: 'POST /api/v1/demands',
    callers: { people: 'demand.enter' },
    summary: 'Enter a government’s demand',
    description:
      'For the vendor’s legal counsel. It never changes and cannot be deleted; what happens to it are steps. The people of each tenant are notified at once and find it in their log, unless a gag forbids it.',
    body: { schema: demandBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The demand, received.', schema: demandSchema },
  }),
  list: endpoint({
    route: 'GET /api/v1/demands',
    callers: { people: 'demand.read' },
    summary: 'List government demands',
    description: 'Newest first. For the vendor’s legal counsel and auditors.',
    query: listQuery,
    answer: {
      status: 200,
      description: 'A page of demands.',
      schema: pageOf('DemandPage', demandLineSchema),
    },
    errors: ['invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/demands/{id}',
    callers: { people: 'demand.read' },
    summary: 'Read a government’s demand with its steps',
    description: 'For the vendor’s legal counsel. Under a gag no one else learns of it.',
    answer: { status: 200, description: 'The demand.', schema: demandSchema },
    errors: ['not_found'],
  }),
  step: endpoint({
    route: 'POST /api/v1/demands/{id}/steps',
    callers: { people: 'demand.step' },
    summary: 'Record what was done about a demand',
    description:
      'The authority is sent to the customer first (`redirected`, with its answer). An extension of a gag is proposed by one person and confirmed (`extended`) by another.',
    body: { schema: stepBodySchema },
    answer: { status: 201, description: 'The demand with the step.', schema: demandSchema },
    errors: ['not_found', 'wrong_state', 'self_review', 'conflict'],
  }),
  fileDocument: endpoint({
    route: 'POST /api/v1/demands/{id}/documents',
    callers: { people: 'demand.step' },
    summary: 'File a document of a demand',
    description: 'Its hash stands in the log. The copy is encrypted at rest.',
    body: { schema: documentBodySchema, maxBytes: MAX_DOCUMENT_BODY },
    answer: { status: 201, description: 'The demand with the document.', schema: demandSchema },
    errors: ['not_found', 'conflict'],
  }),
  readDocument: endpoint({
    route: 'GET /api/v1/demands/{id}/documents/{sha256}',
    callers: { people: 'demand-document.read' },
    summary: 'Read the kept copy of a document',
    description: 'For the vendor’s legal counsel alone. The path has the 64 hexadecimal digits of its hash.',
    answer: {
      status: 200,
      description: 'The document as it was filed.',
      type: 'application/octet-stream',
    },
    errors: ['not_found'],
  }),
};
