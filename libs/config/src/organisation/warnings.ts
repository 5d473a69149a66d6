import type { Organisation, WebhookSettings } from '@countersign/access';
import type { Finding, Path } from './problem.js';

/** Finds settings that are valid but probably a mistake. Warnings never stop an `apply`. */
export function warningsOf(organisation: Organisation, fileExists: (path: string) => boolean): Finding[] {
  return [
    ...missingSecretFiles(organisation, fileExists),
    ...missingWebhookSecrets(organisation, fileExists),
    ...idleRules(organisation),
    ...idleAccessRules(organisation),
    ...tooFewReviewers(organisation),
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
            detail: `${oidc.clientSecretFile} is not there yet; nobody here can sign in until it is`,
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

/** A misspelt action in `countersign` or `slackMayApprove` would have no effect, and nobody would notice. */
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
  const held = new Set(vendor.staff.flatMap(({ groups }) => groups ?? []));
  return (accessPolicy.rules ?? []).flatMap(({ actions = [], groups = [] }, rule) => {
    const path = ['accessPolicy', 'rules', rule];
    return [
      ...actions.flatMap((action, index) =>
        done.has(action)
          ? []
          : [{ path: [...path, 'actions', index], detail: `no route of any service does "${action}"` }],
      ),
      ...groups.flatMap((group, index) =>
        held.has(group)
          ? []
          : [{ path: [...path, 'groups', index], detail: `nobody of the staff is in "${group}"` }],
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
