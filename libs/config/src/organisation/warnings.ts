import type { Organisation, SupervisionRule, WebhookSettings } from '@countersign/access';
import {
  type FactName,
  isDatabase,
  parameterName,
  parameterPattern,
  pathSegments,
  plainPath,
} from '@countersign/contract';
import type { Finding, Path } from './problem.js';

/** Finds settings that are valid but probably a mistake. Warnings never stop an `apply`. */
export function warningsOf(organisation: Organisation, fileExists: (path: string) => boolean): Finding[] {
  return [
    ...missingSecretFiles(organisation, fileExists),
    ...missingWebhookSecrets(organisation, fileExists),
    ...openParameters(organisation),
    ...idleRules(organisation),
    ...idleAccessRules(organisation),
    ...tooFewReviewers(organisation),
    ...unknownRequesters(organisation),
    ...unseenPlaces(organisation),
  ];
}

/** The broker reads a secret file when it needs it, so the file may be created later. */
function missingSecretFiles(
  { vendor, tenants }: Organisation,
  fileExists: (path: string) => boolean,
): Finding[] {
  const all: { path: Path; oidc: Organisation['vendor']['oidc'] }[] = [
    { path: ['vendor'], oidc: vendor.oidc },
    ...tenants.map(({ oidc }, index) => ({ path: ['tenants', index], oidc })),
  ];
  return all.flatMap(({ path, oidc }) =>
    oidc === null || fileExists(oidc.clientSecretFile)
      ? []
      : [
          {
            path: [...path, 'oidc', 'clientSecretFile'],
            detail: `${oidc.clientSecretFile} is not there yet; no one of this side can sign in until it is`,
          },
        ],
  );
}

function missingWebhookSecrets(
  { vendor, tenants }: Organisation,
  fileExists: (path: string) => boolean,
): Finding[] {
  const all: { path: Path; webhooks: WebhookSettings[] }[] = [
    { path: ['vendor'], webhooks: vendor.webhooks },
    ...tenants.map(({ webhooks }, index) => ({ path: ['tenants', index], webhooks })),
  ];
  return all.flatMap(({ path, webhooks }) =>
    webhooks.flatMap(({ secretFile }, index) =>
      fileExists(secretFile)
        ? []
        : [
            {
              path: [...path, 'webhooks', index, 'secretFile'],
              detail: `${secretFile} is not there yet; notices to this endpoint wait until it is`,
            },
          ],
    ),
  );
}

/** Parameters that a warning names. */
const MAX_NAMED = 3;

/**
 * A parameter without a pattern takes any text, and so also every path of the service that stands beside it and that no route lists:
 * `/orders/export` is a call of `/orders/{id}`. The tenant needs no pattern, because its value is the grant’s.
 */
function openParameters({ services }: Organisation): Finding[] {
  return services.flatMap((service, index) => {
    if (isDatabase(service)) return [];
    const open = service.routes.flatMap(({ method, path }) =>
      pathSegments(path)
        .filter((segment) => parameterPattern(segment) === undefined)
        .map(parameterName)
        .filter((name) => name !== undefined && name !== 'tenant')
        .map((name) => `{${name}} of ${method} ${plainPath(path)}`),
    );
    if (open.length === 0) return [];
    const more = open.length > MAX_NAMED ? `, and ${open.length - MAX_NAMED} more` : '';
    return [
      {
        path: ['services', index, 'routes'],
        detail: `parameters take any text, so a path of the service that no route lists may be a call of a listed route. Give them the pattern of their values, such as {id:uuid}, {id:int} or {id:[A-Z]{2}-[0-9]+}: ${open.slice(0, MAX_NAMED).join(', ')}${more}`,
      },
    ];
  });
}

/** A misspelt action in `countersign` or `slackMayApprove` would have no effect, and no one would notice. */
function idleRules({ services, tenants }: Organisation): Finding[] {
  const known = new Set(services.flatMap(({ routes }) => routes.map(({ action }) => action)));
  return tenants.flatMap(({ privacyControls }, tenant) =>
    (['countersign', 'slackMayApprove'] as const).flatMap((list) =>
      privacyControls[list].flatMap((action, index) =>
        known.has(action)
          ? []
          : [
              {
                path: ['tenants', tenant, 'privacyControls', list, index],
                detail: `no route of any service does "${action}"`,
              },
            ],
      ),
    ),
  );
}

/** In a rule of the access policy, a misspelt action has no effect, and a misspelt group shuts everybody out. */
function idleAccessRules({ vendor, services, accessPolicy }: Organisation): Finding[] {
  const done = new Set(services.flatMap(({ routes }) => routes.map(({ action }) => action)));
  const knownGroups = new Set(vendor.staff.flatMap(({ groups }) => groups ?? []));
  return (accessPolicy.rules ?? []).flatMap(({ actions = [], groups = [] }, rule) => {
    const path = ['accessPolicy', 'rules', rule];
    return [
      ...actions.flatMap((action, index) =>
        done.has(action)
          ? []
          : [{ path: [...path, 'actions', index], detail: `no route of any service does "${action}"` }],
      ),
      ...groups.flatMap((group, index) =>
        knownGroups.has(group)
          ? []
          : [{ path: [...path, 'groups', index], detail: `no staff member is in "${group}"` }],
      ),
    ];
  });
}

/** A request that needs more reviews than the vendor has reviewers is never approved. */
function tooFewReviewers({ vendor, accessPolicy }: Organisation): Finding[] {
  const reviewers = vendor.staff.filter(({ roles }) => roles.includes('reviewer')).length;
  const asked: { path: Path; vendorReviews: number }[] = [
    { path: ['accessPolicy'], vendorReviews: accessPolicy.vendorReviews },
    ...(accessPolicy.rules ?? []).map(({ vendorReviews = 0 }, index) => ({
      path: ['accessPolicy', 'rules', index],
      vendorReviews,
    })),
  ];
  return asked
    .filter(({ vendorReviews }) => reviewers < vendorReviews)
    .map(({ path, vendorReviews }) => ({
      path: [...path, 'vendorReviews'],
      detail: `asks for ${vendorReviews} vendor review(s), and ${reviewers} of the staff may give one`,
    }));
}

/** A rule that requires a fact about the requester refuses everyone, if nothing says this fact about anyone. */
function unknownRequesters({ vendor, tenants }: Organisation): Finding[] {
  const lists = { countries: 'country', entities: 'entity', employment: 'employment' } as const;
  const isSaid = (name: FactName) =>
    vendor.oidc?.claims?.[name] !== undefined ||
    vendor.scim?.facts === true ||
    vendor.staff.some(({ facts }) => facts?.[name] !== undefined);
  return tenants.flatMap(({ privacyControls }, tenant) =>
    (privacyControls.rules ?? []).flatMap(({ requesters = {} }, rule) =>
      Object.entries(lists).flatMap(([list, name]) =>
        (requesters as Record<string, unknown>)[list] === undefined || isSaid(name)
          ? []
          : [
              {
                path: ['tenants', tenant, 'privacyControls', 'rules', rule, 'requesters', list],
                detail: `no claim and no SCIM client says the ${name} of anyone, and the file states none: every request is refused`,
              },
            ],
      ),
    ),
  );
}

/** A rule about another country sees nothing, if no list says from which country an address is. */
function unseenPlaces({ accessPolicy, tenants }: Organisation): Finding[] {
  const sides: { path: Path; rules: readonly SupervisionRule[]; lists: unknown[] }[] = [
    {
      path: ['accessPolicy'],
      rules: accessPolicy.supervision ?? [],
      lists: [accessPolicy.places, ...tenants.map(({ privacyControls }) => privacyControls.places)],
    },
    ...tenants.map(({ privacyControls }, index) => ({
      path: ['tenants', index, 'privacyControls'],
      rules: privacyControls.supervision ?? [],
      lists: [accessPolicy.places, privacyControls.places],
    })),
  ];
  return sides.flatMap(({ path, rules, lists }) =>
    lists.some((list) => list !== undefined)
      ? []
      : rules.flatMap(({ count }, index) =>
          count !== 'other-country'
            ? []
            : [
                {
                  path: [...path, 'supervision', index, 'count'],
                  detail: 'no list of places says from which country an address is: this rule sees nothing',
                },
              ],
        ),
  );
}
