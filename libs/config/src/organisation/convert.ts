import type {
  AccessRule,
  ControlRule,
  EmergencyControls,
  OidcSettings,
  Organisation,
  OrganisationTenant,
  PrivacyControls,
  SignalSettings,
  SupervisionRule,
  WideningControls,
} from '@countersign/access';
import { readDomain } from '@countersign/access';
import {
  databaseAddress,
  formatDuration,
  parseDuration,
  type Route,
  type ServiceDefinition,
  SHARED,
  sqlRoute,
} from '@countersign/contract';
import type {
  AccessRuleEntry,
  ControlRuleEntry,
  ControlsEntry,
  OrganisationFile,
  RouteEntry,
  ServiceEntry,
  SupervisionEntry,
} from './schema.js';

const DEFAULT_POLICY = { vendorReviews: 1, maxDuration: 'PT4H', tokenTtl: 'PT5M', requestTtl: 'PT12H' };

/** A service of the file, with the defaults of docs/contract.md, Organisation file. */
export function serviceDefinition(entry: ServiceEntry): ServiceDefinition {
  return {
    name: entry.name,
    upstream: entry.upstream,
    audience: entry.audience ?? entry.name,
    tenantFrom: entry.tenantFrom ?? 'path',
    ...present({
      tenantHeader: entry.tenantHeader,
      checksTenant: entry.checksTenant,
      paths: entry.paths,
      headers: entry.headers,
      fileHosts: entry.fileHosts,
      cors: entry.cors,
    }),
    routes: routesOf(entry),
  };
}

/** The file lists no routes of a database: there is one, and it is always the same. */
function routesOf({ kind, upstream, routes = [] }: ServiceEntry): Route[] {
  const database = kind === 'postgres' ? databaseAddress(upstream)?.database : undefined;
  return database === undefined ? routes.map(toRoute) : [sqlRoute(database)];
}

/**
 * In the file, `repeat` stands beside the name of a parameter. The route map has a list of these names instead. A shared
 * route has its resource and action in the map, where the file may leave them out.
 */
function toRoute({
  query,
  resource,
  action,
  body,
  download,
  presigned,
  headers,
  shared,
  mask,
  maskPasses,
  graphql,
  harmless: _promise,
  ...rest
}: RouteEntry): Route {
  const route = {
    ...rest,
    resource: resource ?? SHARED.resource,
    action: action ?? SHARED.action,
    ...present({ body, download, presigned, headers, shared, mask, maskPasses, graphql }),
  };
  if (query === undefined || query === 'any') return { ...route, ...present({ query }) };
  const parameters = query.map((each) => (typeof each === 'string' ? { name: each } : each));
  const repeat = parameters.filter((each) => 'repeat' in each && each.repeat).map(({ name }) => name);
  return {
    ...route,
    query: parameters.map(({ name }) => name),
    ...present({ repeat: filled(repeat) }),
  };
}

/** Domains as addresses have them. */
const toDomains = (domains: string[] | undefined): string[] | undefined =>
  domains?.map((text) => readDomain(text) ?? text);

/** Converts a checked file to the domain's organisation: durations become seconds, and defaults are filled in. */
export function toOrganisation(file: OrganisationFile): Organisation {
  const policy = { ...DEFAULT_POLICY, ...file.accessPolicy };
  return {
    vendor: {
      name: file.vendor.name,
      oidc: toOidc(file.vendor.oidc),
      webhooks: file.vendor.webhooks ?? [],
      ...present({
        slack: file.vendor.slack,
        signals: toSignals(file.vendor),
        scim: file.vendor.scim && present(file.vendor.scim),
        domains: toDomains(file.vendor.domains),
        canaries: file.vendor.canaries,
      }),
      staff: file.vendor.staff.map(toStaffMember),
    },
    services: file.services.map((entry) => ({
      ...serviceDefinition(entry),
      ...present({
        tenants: entry.tenants,
        tls: entry.tls,
        context: entry.context,
        origin: entry.origin,
        overlay: entry.overlay,
      }),
    })),
    accessPolicy: {
      vendorReviews: policy.vendorReviews ?? DEFAULT_POLICY.vendorReviews,
      maxDuration: seconds(policy.maxDuration ?? DEFAULT_POLICY.maxDuration),
      tokenTtl: seconds(policy.tokenTtl ?? DEFAULT_POLICY.tokenTtl),
      requestTtl: seconds(policy.requestTtl ?? DEFAULT_POLICY.requestTtl),
      ...present({ reasonCodes: policy.reasonCodes }),
      ...(policy.rules === undefined ? {} : { rules: policy.rules.map(toRule) }),
      ...present({
        supervision: filled(policy.supervision)?.map(toSupervision),
        places: filled(policy.places),
      }),
    },
    tenants: file.tenants.map(toTenant),
  };
}

/** A rule's absent members stay absent. Its duration becomes seconds. */
function toRule({ maxDuration, ...rule }: AccessRuleEntry): AccessRule {
  return present({ ...rule, maxDuration: maxDuration === undefined ? undefined : seconds(maxDuration) });
}

/** Copies an object without its undefined members. */
function present<T extends object>(object: T): { [Member in keyof T]: Exclude<T[Member], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Member in keyof T]: Exclude<T[Member], undefined> };
}

function toStaffMember({
  groups,
  country,
  entity,
  employment,
  ...member
}: OrganisationFile['vendor']['staff'][number]): Organisation['vendor']['staff'][number] {
  const facts = present({ country, entity, employment });
  return { ...member, ...present({ groups, facts: Object.keys(facts).length === 0 ? undefined : facts }) };
}

function toTenant(entry: OrganisationFile['tenants'][number]): OrganisationTenant {
  return {
    slug: entry.slug,
    name: entry.name,
    people: entry.people.map(({ groups, ...person }) => ({ ...person, ...present({ groups }) })),
    privacyControls: toControls(entry.privacyControls ?? {}),
    oidc: toOidc(entry.oidc),
    slack: entry.slack === undefined ? null : present(entry.slack),
    webhooks: entry.webhooks ?? [],
    ...present({ signals: toSignals(entry), scim: entry.scim, domains: toDomains(entry.domains) }),
  };
}

type OidcEntry = OrganisationFile['vendor']['oidc'] | OrganisationFile['tenants'][number]['oidc'];

function toOidc(entry: OidcEntry): OidcSettings | null {
  if (entry === undefined) return null;
  const { issuer, clientId, clientSecretFile, acr, maxAge, groups } = entry;
  return {
    issuer,
    clientId,
    clientSecretFile,
    ...(acr === undefined ? {} : { acr }),
    ...(maxAge === undefined ? {} : { maxAge: seconds(maxAge) }),
    ...(groups === undefined ? {} : { groups }),
    ...('claims' in entry && entry.claims !== undefined ? { claims: present(entry.claims) } : {}),
  };
}

type SideEntry = OrganisationFile['vendor'] | OrganisationFile['tenants'][number];

function toSignals({ signals, oidc }: SideEntry): SignalSettings | undefined {
  const issuer = signals?.issuer ?? oidc?.issuer;
  return signals === undefined || issuer === undefined
    ? undefined
    : { issuer, ...present({ audience: signals.audience, jwksUri: signals.jwksUri }) };
}

/** A tenant's policy with its defaults filled in. What has no default stays absent. */
export function toControls(entry: ControlsEntry): PrivacyControls {
  return {
    approvals: entry.approvals ?? 1,
    maxDuration: entry.maxDuration === undefined ? null : seconds(entry.maxDuration),
    countersign: entry.countersign ?? [],
    slackMayApprove: entry.slackMayApprove ?? [],
    forbid: entry.forbid ?? [],
    ...present({
      keepMasked: entry.keepMasked === true ? (true as const) : undefined,
      requireGateway: entry.requireGateway === true ? (true as const) : undefined,
      emergency: entry.emergency === undefined ? undefined : toEmergency(entry.emergency),
      zone: entry.zone,
      rules: filled(entry.rules)?.map(toControlRule),
      deputies: filled(entry.deputies),
      unnotified: filled(entry.unnotified),
      supervision: filled(entry.supervision)?.map(toSupervision),
      places: filled(entry.places),
      practice: entry.practice && present(entry.practice),
      widening: entry.widening === undefined ? undefined : toWidening(entry.widening),
    }),
  };
}

/** An empty list says the same as none: one content has one version. */
const filled = <T>(list: T[] | undefined): T[] | undefined => (list?.length === 0 ? undefined : list);

const toSupervision = ({ count = 'calls', within, ...rule }: SupervisionEntry): SupervisionRule =>
  present({ ...rule, count, within: seconds(within) });

function toControlRule({ maxDuration, stages, ...rule }: ControlRuleEntry): ControlRule {
  const { ticket, justification, maxBudget, defaultBudget, requesters } = rule;
  return present({
    ...rule,
    maxDuration: optionalSeconds(maxDuration),
    stages: stages?.map(({ name, groups = [], approvals = 1, escalate }) =>
      present({
        ...{ name, groups, approvals },
        escalate: escalate === undefined ? undefined : { ...escalate, after: seconds(escalate.after) },
      }),
    ),
    ticket: ticket && present(ticket),
    justification: justification && present(justification),
    requesters: requesters && present(requesters),
    maxBudget: maxBudget && present(maxBudget),
    defaultBudget: defaultBudget && present(defaultBudget),
  });
}

/** The controls as the organisation file and the API write them: `toControls` reads them back to the same. */
export function describeControls({
  maxDuration,
  rules,
  emergency,
  supervision,
  widening,
  ...controls
}: PrivacyControls): ControlsEntry & { maxDuration?: string } {
  return present({
    ...controls,
    maxDuration: maxDuration === null ? undefined : formatDuration(maxDuration),
    emergency: emergency === undefined ? undefined : describeEmergency(emergency),
    supervision: supervision?.map((rule) => ({ ...rule, within: formatDuration(rule.within) })),
    widening: widening === undefined ? undefined : describeWidening(widening),
    rules: rules?.map(({ maxDuration: longest, stages, ...rule }) =>
      present({
        ...rule,
        maxDuration: longest === undefined ? undefined : formatDuration(longest),
        stages: stages?.map(({ groups, escalate, ...stage }) =>
          present({
            ...stage,
            groups: groups.length === 0 ? undefined : groups,
            escalate:
              escalate === undefined ? undefined : { ...escalate, after: formatDuration(escalate.after) },
          }),
        ),
      }),
    ),
  });
}

const describeEmergency = ({ allow, disclosureDue }: EmergencyControls) => ({
  allow: allow.map((rule) => ({ ...rule, maxDuration: formatDuration(rule.maxDuration) })),
  disclosureDue: formatDuration(disclosureDue),
});

const toWidening = ({ delay, secondAdmin }: NonNullable<ControlsEntry['widening']>): WideningControls => ({
  delay: optionalSeconds(delay) ?? 0,
  secondAdmin: secondAdmin ?? false,
});

const describeWidening = ({ delay, secondAdmin }: WideningControls) =>
  present({
    delay: delay === 0 ? undefined : formatDuration(delay),
    secondAdmin: secondAdmin ? true : undefined,
  });

const optionalSeconds = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : seconds(duration);

function toEmergency({ allow, disclosureDue }: NonNullable<ControlsEntry['emergency']>): EmergencyControls {
  return {
    allow: allow.map((rule) => ({ ...rule, maxDuration: seconds(rule.maxDuration) })),
    disclosureDue: disclosureDue === undefined ? DISCLOSURE_DUE_SECONDS : seconds(disclosureDue),
  };
}

/** If the controls do not say when an emergency has to be explained. */
const DISCLOSURE_DUE_SECONDS = 24 * 3_600;

/** The schema accepts only valid durations. @throws TypeError for any other text, which is a programming error */
function seconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new TypeError('a duration got past the schema');
  return parsed;
}
