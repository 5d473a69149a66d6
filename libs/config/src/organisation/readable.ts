import { serviceOriginSchema, upstreamTlsSchema } from '@countersign/contract';
import { z } from 'zod';
import type { Path } from './problem.js';
import { accessPolicy, route, type ServiceEntry, serviceMembers } from './schema.js';

export type At<Value> = { path: Path; value: Value };

/** `groups` absent: the person keeps groups that the file does not show. */
export type ReadablePerson = { email: string; roles: string[]; groups?: string[] | undefined };

export type ReadableService = {
  path: Path;
  name: string;
  /** Broken members have placeholders: the schema reports them. Undefined if too little can be read. */
  entry: ServiceEntry | undefined;
  /** The tenants that it is for; empty: for all. */
  tenants: string[];
  /** The position in the file of each route in `entry`. */
  positions: number[];
};

export type ReadableRule = { services: string[]; actions: string[] };

/** The vendor's settings without the staff, as the file has them. */
export type ReadableVendor = { name: string; oidc: unknown; webhooks: { url: string }[]; canaries: string[] };

export type ReadableTenant = {
  path: Path;
  slug: string;
  people: At<ReadablePerson>[];
  controls: At<z.output<typeof controls>>;
  slack: { teamId: string; channelId: string; matchEmail?: boolean | undefined } | undefined;
};

/** What a side says about its provider. `issuer` is that of `oidc`. */
export type ReadableSide = {
  path: Path;
  issuer: string | undefined;
  signals: { issuer?: string | undefined; audience?: string | undefined } | undefined;
};

/** A domain that a side lists. `side` is the path of the side. */
export type ReadableDomain = At<string> & { side: Path };

/** The readable parts of a file, each with its path. A text that cannot be read is ''. */
export type Readable = {
  vendor: ReadableVendor;
  staff: At<ReadablePerson>[];
  vendorSlack: ReadableTenant['slack'];
  /** The vendor first. */
  sides: ReadableSide[];
  domains: ReadableDomain[];
  services: ReadableService[];
  rules: At<ReadableRule>[];
  /** The vendor's policy. Undefined if it is invalid. */
  policy: z.output<typeof accessPolicy> | undefined;
  tenants: ReadableTenant[];
};

const word = z.string().catch('');
const words = z.array(word).catch([]);
const listOf = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).catch([]);
const person = z
  .object({ email: word, roles: words, groups: z.array(word).optional().catch(undefined) })
  .catch({ email: '', roles: [], groups: undefined });

const webhook = z.looseObject({ url: word }).catch({ url: '' });

const stage = z
  .object({
    name: word,
    groups: words,
    approvals: z.number().catch(1),
    escalate: z.object({ after: z.unknown().optional(), to: words }).optional().catch(undefined),
  })
  .catch({ name: '', groups: [], approvals: 1, escalate: undefined });

const controlRule = z
  .looseObject({
    services: words.optional(),
    actions: words.optional(),
    approvals: z.number().optional().catch(undefined),
    stages: listOf(stage).optional(),
    mode: z.string().optional().catch(undefined),
  })
  .catch({});

/** The members that no rule across members reads count for its size. */
const controls = z
  .looseObject({
    approvals: z.number().catch(1),
    countersign: words,
    slackMayApprove: words,
    forbid: listOf(
      z
        .object({ service: word, resource: word, actions: words })
        .catch({ service: '', resource: '', actions: [] }),
    ),
    rules: listOf(controlRule).optional(),
    supervision: listOf(z.looseObject({ services: words.optional() }).catch({})).optional(),
  })
  .catch({ approvals: 1, countersign: [], slackMayApprove: [], forbid: [] });

const rule = z.object({ services: words, actions: words }).catch({ services: [], actions: [] });

const slack = z
  .object({ teamId: z.string(), channelId: z.string(), matchEmail: z.boolean().optional().catch(undefined) })
  .optional()
  .catch(undefined);

const oidc = z.object({ issuer: z.string() }).optional().catch(undefined);
const signals = z
  .object({ issuer: z.string().optional(), audience: z.string().optional() })
  .optional()
  .catch(undefined);

const tenant = z
  .object({
    slug: word,
    people: listOf(person),
    privacyControls: controls,
    slack,
    oidc,
    signals,
    domains: words,
  })
  .catch({
    slug: '',
    people: [],
    privacyControls: controls.parse(undefined),
    slack: undefined,
    oidc: undefined,
    signals: undefined,
    domains: [],
  });

const rulesOf = z.object({ rules: listOf(rule) }).catch({ rules: [] });

const NO_VENDOR = {
  name: '',
  canaries: [],
  oidc: undefined,
  webhooks: [],
  staff: [],
  slack: undefined,
  signals: undefined,
  domains: [],
};

const file = z
  .object({
    vendor: z
      .object({
        name: word,
        oidc: z.unknown().optional(),
        webhooks: listOf(webhook),
        canaries: words,
        staff: listOf(person),
        slack,
        signals,
        domains: words,
      })
      .catch(NO_VENDOR),
    services: listOf(z.unknown()),
    accessPolicy: z.unknown().optional(),
    tenants: listOf(tenant),
  })
  .catch({ vendor: NO_VENDOR, services: [], accessPolicy: undefined, tenants: [] });

/**
 * Reads a file leniently. The checks across members then run even if some member is invalid, so that the author sees
 * every problem at once.
 */
export function readableParts(value: unknown): Readable {
  const { vendor, services, accessPolicy: policy, tenants } = file.parse(value);
  return {
    vendor: { name: vendor.name, oidc: vendor.oidc, webhooks: vendor.webhooks, canaries: vendor.canaries },
    staff: at(vendor.staff, ['vendor', 'staff']),
    vendorSlack: vendor.slack,
    sides: [
      { path: ['vendor'], issuer: oidc.parse(vendor.oidc)?.issuer, signals: vendor.signals },
      ...tenants.map((entry, index) => ({
        path: ['tenants', index],
        issuer: entry.oidc?.issuer,
        signals: entry.signals,
      })),
    ],
    domains: [
      { side: ['vendor'], domains: vendor.domains },
      ...tenants.map((entry, index) => ({ side: ['tenants', index], domains: entry.domains })),
    ].flatMap(({ side, domains }) => at(domains, [...side, 'domains']).map((each) => ({ ...each, side }))),
    services: at(services, ['services']).map(readService),
    rules: at(rulesOf.parse(policy).rules, ['accessPolicy', 'rules']),
    policy: accessPolicy.safeParse(policy).data,
    tenants: at(tenants, ['tenants']).map(({ path, value: entry }) => ({
      path,
      slug: entry.slug,
      people: at(entry.people, [...path, 'people']),
      controls: { path: [...path, 'privacyControls'], value: entry.privacyControls },
      slack: entry.slack,
    })),
  };
}

/** The checks of routes depend on `tenantFrom`, `tenantHeader` and `checksTenant`, so these have no placeholder. */
const lenientService = z.object({
  name: serviceMembers.name.catch('unreadable'),
  kind: z.literal('postgres').optional().catch(undefined),
  upstream: serviceMembers.upstream.catch('http://localhost'),
  audience: serviceMembers.audience.catch(undefined),
  tenantFrom: serviceMembers.tenantFrom,
  tenantHeader: serviceMembers.tenantHeader,
  checksTenant: serviceMembers.checksTenant,
  paths: serviceMembers.paths.catch(undefined),
  headers: serviceMembers.headers.catch(undefined),
  fileHosts: serviceMembers.fileHosts.catch(undefined),
  cors: serviceMembers.cors.catch(undefined),
  tls: upstreamTlsSchema.optional().catch(undefined),
  origin: serviceOriginSchema.optional().catch(undefined),
  overlay: z.literal(true).optional().catch(undefined),
  routes: listOf(z.unknown()),
});

function readService({ path, value }: At<unknown>): ReadableService {
  const name = z.object({ name: z.string() }).safeParse(value).data?.name ?? '';
  const head = lenientService.safeParse(value);
  const routes = at(head.data?.routes ?? [], []).flatMap(({ value: item }, position) => {
    const parsed = route.safeParse(item);
    return parsed.success ? [{ position, route: parsed.data }] : [];
  });
  return {
    path,
    name,
    tenants: z.object({ tenants: words }).safeParse(value).data?.tenants ?? [],
    entry: head.success ? { ...head.data, routes: routes.map((item) => item.route) } : undefined,
    positions: routes.map((item) => item.position),
  };
}

const at = <Value>(list: readonly Value[], path: Path): At<Value>[] =>
  list.map((value, index) => ({ path: [...path, index], value }));
