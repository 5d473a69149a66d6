import { readDomain } from '@countersign/access';
import {
  actionList as actions,
  wholeNumber as count,
  countryCode,
  positiveDuration as duration,
  employmentKind,
  entityName,
  placeList,
  privacyControlsInput as privacyControls,
  refuseRepeats,
  roleList as roles,
  serviceName,
  supervisionRules,
  tenantPersonInput as tenantPerson,
  nameText as text,
  zonedHours,
} from '@countersign/api';
import {
  CONTEXT_MODES,
  corsSchema,
  fileHostsSchema,
  isDatabase,
  persistedOperationSchema,
  serviceOriginSchema,
  TENANT_FROM,
  TENANT_ROLES,
  upstreamTlsSchema,
  VENDOR_ROLES,
} from '@countersign/contract';
import { z } from 'zod';
import { webUrlProblem } from '../environment/values.js';

/** The shape of each member of the organisation file. Rules across members are in `checks/`. */

const MAX_TEXT = 200;
const MAX_WEBHOOKS = 10;
const MAX_DOMAINS = 50;

const token = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_TEXT, `must be at most ${MAX_TEXT} characters`)
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces');

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, at most 63');

const url = (path: 'none' | 'any') =>
  z.string().superRefine((value, context) => {
    const problem = webUrlProblem(value, path);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** The route map's own rules check the address of a database. */
const upstream = z.string().superRefine((value, context) => {
  const problem = isDatabase({ upstream: value }) ? undefined : webUrlProblem(value, 'none');
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const email = z.string();

/** Domains of one side. */
const domains = z
  .array(
    z
      .string()
      .refine(
        (text) => readDomain(text) !== undefined,
        'must be a domain of e-mail addresses, such as acme.example',
      ),
  )
  .max(MAX_DOMAINS, `must be at most ${MAX_DOMAINS} domains`);

const groups = z.array(slug).superRefine(refuseRepeats);

/** What the file states about one of the staff. It is shown as not verified. */
const statedFacts = {
  country: countryCode.optional().describe('ISO 3166-1 alpha-2: where the person works.'),
  entity: entityName.optional().describe('The legal entity that employs the person.'),
  employment: employmentKind.optional(),
};

const staffMember = z.strictObject({
  email,
  name: text,
  roles: roles(VENDOR_ROLES),
  groups: groups.optional(),
  ...statedFacts,
});

const oidcMembers = <Role extends string>(known: readonly Role[]) => ({
  issuer: url('any'),
  clientId: token,
  clientSecretFile: text,
  acr: z.array(token).min(1, 'must name at least one value').superRefine(refuseRepeats).optional(),
  maxAge: duration.optional(),
  groups: z.strictObject({ claim: token, roles: z.record(text, roles(known)) }).optional(),
});

/** The claims that say place and employer; `address.country` is the claim `country` inside `address`. */
const factClaims = z.strictObject({
  country: token.optional(),
  entity: token.optional(),
  employment: token.optional(),
});

const workspace = z.string().regex(/^[TE][A-Z0-9]{2,30}$/, 'must be a Slack workspace id such as T0ACME');
/** Security events of the side's provider (OpenID SSF 1.0). Without `issuer`, that of `oidc`. */
const signals = z.strictObject({
  issuer: url('any').optional(),
  audience: token.optional(),
  jwksUri: url('any').optional(),
});

/** The groups of the side's SCIM client that give roles, by display name. */
const scimMembers = <Role extends string>(known: readonly Role[]) => ({
  groups: z.record(text, roles(known)),
});

const slackPlace = {
  teamId: workspace,
  channelId: z.string().regex(/^[CG][A-Z0-9]{2,30}$/, 'must be a Slack channel id such as C0LOCKBOX'),
};
const vendorSlack = z.strictObject(slackPlace);
const slack = z.strictObject({
  ...slackPlace,
  peopleTeamId: workspace.optional(),
  matchEmail: z.boolean().optional(),
});

/** An endpoint that receives a side's notices. The broker checks the address when it calls it and has resolved its name. */
const webhook = z.strictObject({ url: url('any'), secretFile: text });
const webhooks = z
  .array(webhook)
  .max(MAX_WEBHOOKS, `must be at most ${MAX_WEBHOOKS} endpoints`)
  .superRefine((list, context) => {
    for (const [index, { url }] of list.entries())
      if (list.findIndex((each) => each.url === url) < index)
        context.addIssue({ code: 'custom', path: [index, 'url'], message: 'repeats an endpoint' });
  });

const flag = z.literal(true, { error: 'must be true, or be left out' });

/**
 * A query parameter of a route: its name, alone or with more. `repeat`: a call may give it more than once. `harmless`: on a route with
 * `mask`, the vendor says that the parameter neither filters nor sorts by a hidden field.
 */
const queryParameter = z.union([
  token,
  z.strictObject({ name: token, repeat: flag.optional(), harmless: flag.optional() }),
]);

/**
 * The parameters of a route with `mask` by which a caller could find hidden values, by trying (`?iban=DE89…`) or by order: all that are
 * not said to be harmless. The route map does not say what a parameter does, nor what the variables of a persisted operation do.
 */
function* unsafeParameters({
  mask,
  query,
  graphql,
  harmless,
}: Pick<z.infer<typeof routeShape>, 'mask' | 'query' | 'graphql' | 'harmless'>) {
  if (harmless !== undefined && (mask === undefined || graphql === undefined))
    yield { path: ['harmless'], message: 'goes with mask and graphql' };
  if (mask !== undefined && graphql !== undefined && harmless === undefined)
    yield {
      path: ['mask'],
      message:
        'needs harmless: true on a persisted operation: the operation’s other variables neither filter nor sort by a hidden field',
    };
  if (mask === undefined || query === undefined) return;
  if (query === 'any')
    yield {
      path: ['query'],
      message:
        'must be a list on a route with mask, each parameter with harmless: true: others may filter or sort by a hidden field',
    };
  else
    for (const [index, each] of query.entries())
      if (typeof each === 'string' || each.harmless !== true)
        yield {
          path: ['query', index],
          message:
            'must be { name, harmless: true } on a route with mask, or be left out: it may filter or sort by a hidden field, and so reveal it',
        };
}

/**
 * The route map's own rules check these strings (`checks/routes.ts`). A shared route needs no resource and no action: all
 * shared routes have the same.
 */
const routeShape = z.strictObject({
  method: z.string(),
  path: z.string(),
  resource: z.string().optional(),
  action: z.string().optional(),
  query: z
    .union([z.literal('any'), z.array(queryParameter)], {
      error: 'must be any or a list of parameters, each a name or { name, repeat }',
    })
    .optional(),
  body: flag.optional(),
  download: flag.optional(),
  headers: z.array(token).optional(),
  shared: flag.optional(),
  presigned: z.array(z.string()).optional(),
  mask: z.array(z.string()).optional(),
  maskPasses: z.array(token).optional(),
  graphql: persistedOperationSchema.optional(),
  harmless: flag.optional(),
});

export const route = routeShape.superRefine(({ shared, ...entry }, context) => {
  for (const problem of unsafeParameters(entry)) context.addIssue({ code: 'custom', ...problem });
  for (const member of ['resource', 'action'] as const)
    if (!shared && entry[member] === undefined)
      context.addIssue({
        code: 'custom',
        path: [member],
        message: 'is required, unless the route is shared',
      });
});

export const serviceMembers = {
  name: serviceName,
  upstream,
  audience: token.optional(),
  tenantFrom: z.enum(TENANT_FROM, { error: `must be one of ${TENANT_FROM.join(', ')}` }).optional(),
  tenantHeader: token.optional(),
  checksTenant: z.literal(true, { error: 'must be true, or be left out' }).optional(),
  paths: z.literal('exact', { error: 'must be exact, or be left out' }).optional(),
  headers: z.array(token).optional(),
  fileHosts: fileHostsSchema.optional(),
  cors: corsSchema.optional(),
};

/** A route of the file replaces the one of the OpenAPI description for the same calls (`imported-routes.ts`). */
const service = z
  .strictObject({
    ...serviceMembers,
    kind: z.literal('postgres', { error: 'must be postgres, or be left out for HTTP' }).optional(),
    routes: z.array(route).optional(),
    openapi: text.optional(),
    tenantParameter: text.optional(),
    tenants: z
      .array(slug)
      .min(1, 'must name at least one tenant, or be left out for all')
      .superRefine(refuseRepeats)
      .optional(),
    tls: upstreamTlsSchema.optional(),
    origin: serviceOriginSchema.optional(),
    overlay: z.literal(true, { error: 'must be true, or be left out' }).optional(),
    context: z.enum(CONTEXT_MODES, { error: `must be one of ${CONTEXT_MODES.join(', ')}` }).optional(),
  })
  .superRefine(({ kind, upstream, routes, openapi, tenantParameter }, context) => {
    if ((kind === 'postgres') !== isDatabase({ upstream }))
      context.addIssue({
        code: 'custom',
        path: ['kind'],
        message: 'is postgres exactly if the upstream begins with postgres:',
      });
    if (kind === 'postgres' && (routes ?? openapi) !== undefined)
      context.addIssue({
        code: 'custom',
        path: [routes === undefined ? 'openapi' : 'routes'],
        message: 'goes with HTTP: a database has one route, which is always the same',
      });
    if (kind === undefined && routes === undefined && openapi === undefined)
      context.addIssue({ code: 'custom', path: ['routes'], message: 'is required, unless openapi is there' });
    if (openapi === undefined && tenantParameter !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['tenantParameter'],
        message: 'goes with openapi, and only with it',
      });
  });

const accessRule = z.strictObject({
  services: z
    .array(serviceName)
    .min(1, 'must name at least one service, or be left out for all')
    .superRefine(refuseRepeats)
    .optional(),
  actions: actions.min(1, 'must name at least one action, or be left out for all').optional(),
  groups: groups.min(1, 'must name at least one group, or be left out for everybody').optional(),
  vendorReviews: count(0, 20).optional(),
  maxDuration: duration.optional(),
  ticketRequired: z.boolean().optional(),
  hours: zonedHours.optional(),
  invitationSuffices: z.boolean().optional(),
});

export const accessPolicy = z.strictObject({
  vendorReviews: count(0, 20).optional(),
  maxDuration: duration.optional(),
  tokenTtl: duration.optional(),
  requestTtl: duration.optional(),
  reasonCodes: groups.max(50, 'must be at most 50 codes').optional(),
  rules: z.array(accessRule).max(200, 'must be at most 200 rules').optional(),
  supervision: supervisionRules.optional(),
  places: placeList.optional(),
});

const tenant = z.strictObject({
  slug,
  name: text,
  people: z.array(tenantPerson),
  privacyControls: privacyControls.optional(),
  oidc: z.strictObject(oidcMembers(TENANT_ROLES)).optional(),
  slack: slack.optional(),
  webhooks: webhooks.optional(),
  signals: signals.optional(),
  scim: z.strictObject(scimMembers(TENANT_ROLES)).optional(),
  domains: domains.optional(),
});

export const organisationFile = z.strictObject({
  vendor: z.strictObject({
    name: text,
    oidc: z.strictObject({ ...oidcMembers(VENDOR_ROLES), claims: factClaims.optional() }).optional(),
    webhooks: webhooks.optional(),
    slack: vendorSlack.optional(),
    signals: signals.optional(),
    scim: z.strictObject({ ...scimMembers(VENDOR_ROLES), facts: flag.optional() }).optional(),
    domains: domains.optional(),
    coverageFile: text.optional(),
    canaries: z.tuple([slug, slug]).optional(),
    staff: z.array(staffMember),
  }),
  services: z.array(service),
  accessPolicy: accessPolicy.optional(),
  tenants: z.array(tenant),
});

export type OrganisationFile = z.output<typeof organisationFile>;
export type AccessRuleEntry = z.output<typeof accessRule>;
export type ServiceEntry = z.output<typeof service>;
export type RouteEntry = z.output<typeof route>;
export type ControlsEntry = z.output<typeof privacyControls>;
export type SupervisionEntry = NonNullable<ControlsEntry['supervision']>[number];
export type ControlRuleEntry = NonNullable<ControlsEntry['rules']>[number];
