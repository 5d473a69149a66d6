import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';

/** SCIM 2.0 (RFC 7643, RFC 7644). Clients ignore and send what they like beyond these members. */

export const SCIM_TYPE = 'application/scim+json';

const URN = 'urn:ietf:params:scim';
export const SCIM_SCHEMAS = {
  user: `${URN}:schemas:core:2.0:User`,
  /** RFC 7643 §4.3. Of it, `organization` is kept if the organisation file asks for facts. */
  enterpriseUser: `${URN}:schemas:extension:enterprise:2.0:User`,
  group: `${URN}:schemas:core:2.0:Group`,
  serviceProviderConfig: `${URN}:schemas:core:2.0:ServiceProviderConfig`,
  resourceType: `${URN}:schemas:core:2.0:ResourceType`,
  schema: `${URN}:schemas:core:2.0:Schema`,
  listResponse: `${URN}:api:messages:2.0:ListResponse`,
  patchOp: `${URN}:api:messages:2.0:PatchOp`,
  error: `${URN}:api:messages:2.0:Error`,
} as const;

/** The error types of RFC 7644 §3.12 that are answered. */
export const SCIM_ERROR_TYPES = [
  'invalidFilter',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
] as const;
export type ScimErrorType = (typeof SCIM_ERROR_TYPES)[number];

const errorSchema = named(
  'ScimError',
  'An error of SCIM 2.0 (RFC 7644 §3.12).',
  z.object({
    schemas: z.array(z.literal(SCIM_SCHEMAS.error)),
    status: z.string(),
    scimType: z.enum(SCIM_ERROR_TYPES).exactOptional(),
    detail: z.string(),
  }),
);

const meta = named(
  'ScimMeta',
  'The metadata of a SCIM resource (RFC 7643 §3.1).',
  z.looseObject({
    resourceType: z.string(),
    location: z.string(),
    created: z.string().exactOptional(),
    lastModified: z.string().exactOptional(),
    version: z.string().exactOptional(),
  }),
);

const userSchema = named(
  'ScimUser',
  'A user of SCIM 2.0 (RFC 7643 §4.1).',
  z.looseObject({
    schemas: z.array(z.string()),
    id: z.string().describe('`usr_…`'),
    meta,
  }),
);
export type ScimUserAnswer = z.infer<typeof userSchema>;

const groupSchema = named(
  'ScimGroup',
  'A group of SCIM 2.0 (RFC 7643 §4.2).',
  z.looseObject({
    schemas: z.array(z.string()),
    id: z.string().describe('`grp_…`'),
    meta,
  }),
);
export type ScimGroupAnswer = z.infer<typeof groupSchema>;

const listSchema = named(
  'ScimList',
  'A list of SCIM resources (RFC 7644 §3.4.2).',
  z.object({
    schemas: z.array(z.literal(SCIM_SCHEMAS.listResponse)),
    totalResults: z.int(),
    startIndex: z.int(),
    itemsPerPage: z.int(),
    Resources: z.array(z.looseObject({})),
  }),
);
export type ScimListAnswer = z.infer<typeof listSchema>;

const resourceBody = named(
  'ScimResource',
  'A user or a group, as a client sends it.',
  z.looseObject({ schemas: z.unknown() }),
);
const patchBody = named(
  'ScimPatch',
  'Changes to a resource (RFC 7644 §3.5.2).',
  z.looseObject({ schemas: z.unknown(), Operations: z.unknown() }),
);
const documentSchema = named(
  'ScimDocument',
  'A document about what of SCIM is supported.',
  z.looseObject({ schemas: z.array(z.string()) }),
);

const projection = {
  attributes: z
    .string()
    .meta({ examples: ['userName,active'] })
    .exactOptional()
    .describe('Members to return, separated by commas.'),
  excludedAttributes: z
    .string()
    .meta({ examples: ['members'] })
    .exactOptional()
    .describe('Members to leave out.'),
};
export const scimReadQuery = z.object(projection);
export const scimListQuery = z.object({
  ...projection,
  filter: z
    .string()
    .meta({ examples: ['userName eq "ada@acme.example"'] })
    .exactOptional()
    .describe('RFC 7644 §3.4.2.2.'),
  startIndex: z.string().meta({ type: 'integer', minimum: 1 }).exactOptional().describe('From 1.'),
  count: z
    .string()
    .meta({ type: 'integer', minimum: 0, examples: [100] })
    .exactOptional()
    .describe('At most 500.'),
});
export type ScimReadQuery = z.infer<typeof scimReadQuery>;
export type ScimListQuery = z.infer<typeof scimListQuery>;

const errorBody = { type: SCIM_TYPE, schema: errorSchema };
const answer = (description: string, schema: z.ZodType, status = 200) => ({
  status,
  description,
  type: SCIM_TYPE,
  schema,
});
const body = (schema: z.ZodType) => ({ schema, type: SCIM_TYPE });

const resources = <const Path extends `/scim/${string}`>(
  path: Path,
  what: string,
  schema: z.ZodType,
  { lost, listed }: { lost: string; listed: string },
) =>
  ({
    list: endpoint({
      route: `GET ${path}`,
      callers: { provisioners: true },
      summary: `List ${what}s of this side`,
      description: `RFC 7644 §3.4.2. ${listed}`,
      query: scimListQuery,
      answer: answer('A page.', listSchema),
      errorBody,
    }),
    create: endpoint({
      route: `POST ${path}`,
      callers: { provisioners: true },
      summary: `Make a ${what}`,
      description: 'RFC 7644 §3.3.',
      body: body(resourceBody),
      answer: answer('Made.', schema, 201),
      errors: ['conflict', 'tenant_claimed'],
      errorBody,
    }),
    read: endpoint({
      route: `GET ${path}/{id}`,
      callers: { provisioners: true },
      summary: `Read a ${what}`,
      description: 'RFC 7644 §3.4.1.',
      query: scimReadQuery,
      answer: answer('Found.', schema),
      redirect: { status: 304, description: '`If-None-Match` names its version.' },
      errors: ['not_found'],
      errorBody,
    }),
    replace: endpoint({
      route: `PUT ${path}/{id}`,
      callers: { provisioners: true },
      summary: `Replace a ${what}`,
      description: `RFC 7644 §3.5.1. ${lost}`,
      body: body(resourceBody),
      answer: answer('Replaced.', schema),
      errors: ['not_found', 'conflict', 'tenant_claimed', 'precondition_failed'],
      errorBody,
    }),
    patch: endpoint({
      route: `PATCH ${path}/{id}`,
      callers: { provisioners: true },
      summary: `Change a ${what}`,
      description: `RFC 7644 §3.5.2. ${lost}`,
      body: body(patchBody),
      answer: answer('Changed.', schema),
      errors: ['not_found', 'conflict', 'tenant_claimed', 'precondition_failed'],
      errorBody,
    }),
    remove: endpoint({
      route: `DELETE ${path}/{id}`,
      callers: { provisioners: true },
      summary: `Delete a ${what}`,
      description: `RFC 7644 §3.6. ${lost}`,
      answer: { status: 204, description: 'Deleted.' },
      errors: ['not_found', 'precondition_failed'],
      errorBody,
    }),
  }) as const;

export const scimUserEndpoints = resources('/scim/v2/Users', 'user', userSchema, {
  listed: 'Only users of the client’s own side exist for it.',
  lost: 'Everything that a deleted or inactive user has open ends at once.',
});
export const scimGroupEndpoints = resources('/scim/v2/Groups', 'group', groupSchema, {
  listed: 'A group gives its members the roles that the organisation file names for it.',
  lost: 'Who is no longer a member loses the group’s roles at once.',
});

export const scimDiscoveryEndpoints = {
  config: endpoint({
    route: 'GET /scim/v2/ServiceProviderConfig',
    callers: { provisioners: true },
    summary: 'What of SCIM is supported',
    description: 'RFC 7643 §5.',
    answer: answer('RFC 7643 §5.', documentSchema),
    errorBody,
  }),
  schemas: endpoint({
    route: 'GET /scim/v2/Schemas',
    callers: { provisioners: true },
    summary: 'The schemas of users and groups',
    description: 'RFC 7643 §7.',
    answer: answer('RFC 7643 §7.', listSchema),
    errorBody,
  }),
  schema: endpoint({
    route: 'GET /scim/v2/Schemas/{id}',
    callers: { provisioners: true },
    summary: 'One schema',
    description: 'RFC 7643 §7.',
    answer: answer('RFC 7643 §7.', documentSchema),
    errors: ['not_found'],
    errorBody,
  }),
  resourceTypes: endpoint({
    route: 'GET /scim/v2/ResourceTypes',
    callers: { provisioners: true },
    summary: 'The types of resources',
    description: 'RFC 7643 §6.',
    answer: answer('RFC 7643 §6.', listSchema),
    errorBody,
  }),
  resourceType: endpoint({
    route: 'GET /scim/v2/ResourceTypes/{id}',
    callers: { provisioners: true },
    summary: 'One type of resources',
    description: 'RFC 7643 §6.',
    answer: answer('RFC 7643 §6.', documentSchema),
    errors: ['not_found'],
    errorBody,
  }),
};
