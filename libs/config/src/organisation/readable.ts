import { z } from 'zod';
import type { Path } from './problem.js';
import { accessPolicy, route, type ServiceEntry, serviceMembers } from './schema.js';

export type At<Value> = { path: Path; value: Value };

export type ReadablePerson = { email: string; roles: string[] };

export type ReadableService = {
  path: Path;
  name: string;
  /** With stand-ins for members that are broken and told elsewhere; absent where too little can be read. */
  entry: ServiceEntry | undefined;
  /** Of each route in `entry`, its position in the file. */
  positions: number[];
};

export type ReadableRule = { services: string[]; actions: string[] };

/** Its settings beside the staff, as they stand in the file. */
export type ReadableVendor = { name: string; oidc: unknown; webhooks: { url: string }[] };

export type ReadableTenant = {
  path: Path;
  slug: string;
  people: At<ReadablePerson>[];
  controls: At<z.output<typeof controls>>;
  slack: { teamId: string; channelId: string; matchEmail?: boolean | undefined } | undefined;
};

/** What of a file can be read, each part with its place. A text that cannot be read is ''. */
export type Readable = {
  vendor: ReadableVendor;
  staff: At<ReadablePerson>[];
  vendorSlack: ReadableTenant['slack'];
  services: ReadableService[];
  rules: At<ReadableRule>[];
  /** The vendor's policy, absent where it is broken. */
  policy: z.output<typeof accessPolicy> | undefined;
  tenants: ReadableTenant[];
};

const word = z.string().catch('');
const words = z.array(word).catch([]);
const listOf = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).catch([]);
const person = z.object({ email: word, roles: words }).catch({ email: '', roles: [] });

const webhook = z.looseObject({ url: word }).catch({ url: '' });

const controls = z
  .object({
    approvals: z.number().catch(1),
    countersign: words,
    slackMayApprove: words,
    forbid: listOf(
      z
        .object({ service: word, resource: word, actions: words })
        .catch({ service: '', resource: '', actions: [] }),
    ),
  })
  .catch({ approvals: 1, countersign: [], slackMayApprove: [], forbid: [] });

const rule = z.object({ services: words, actions: words }).catch({ services: [], actions: [] });

const slack = z
  .object({ teamId: z.string(), channelId: z.string(), matchEmail: z.boolean().optional().catch(undefined) })
  .optional()
  .catch(undefined);

const tenant = z
  .object({
    slug: word,
    people: listOf(person),
    privacyControls: controls,
    slack,
  })
  .catch({ slug: '', people: [], privacyControls: controls.parse(undefined), slack: undefined });

const rulesOf = z.object({ rules: listOf(rule) }).catch({ rules: [] });

const NO_VENDOR = { name: '', oidc: undefined, webhooks: [], staff: [], slack: undefined };

const file = z
  .object({
    vendor: z
      .object({
        name: word,
        oidc: z.unknown().optional(),
        webhooks: listOf(webhook),
        staff: listOf(person),
        slack,
      })
      .catch(NO_VENDOR),
    services: listOf(z.unknown()),
    accessPolicy: z.unknown().optional(),
    tenants: listOf(tenant),
  })
  .catch({ vendor: NO_VENDOR, services: [], accessPolicy: undefined, tenants: [] });

/**
 * Reads a file leniently, so that the checks across members still run where some other member is broken: an
 * author sees every problem at once, not one layer after the other.
 */
export function readableParts(value: unknown): Readable {
  const { vendor, services, accessPolicy: policy, tenants } = file.parse(value);
  return {
    vendor: { name: vendor.name, oidc: vendor.oidc, webhooks: vendor.webhooks },
    staff: at(vendor.staff, ['vendor', 'staff']),
    vendorSlack: vendor.slack,
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

/** Without `tenantFrom` and `tenantHeader` nothing can be said about routes, so those two are not stood in for. */
const lenientService = z.object({
  name: serviceMembers.name.catch('unreadable'),
  upstream: serviceMembers.upstream.catch('http://localhost'),
  audience: serviceMembers.audience.catch(undefined),
  tenantFrom: serviceMembers.tenantFrom,
  tenantHeader: serviceMembers.tenantHeader,
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
    entry: head.success ? { ...head.data, routes: routes.map((item) => item.route) } : undefined,
    positions: routes.map((item) => item.position),
  };
}

const at = <Value>(list: readonly Value[], path: Path): At<Value>[] =>
  list.map((value, index) => ({ path: [...path, index], value }));
