import type { AllOf, DeploymentRepositories, TenantRepositories } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { AccessReviews } from '../repositories/access-reviews.js';
import { Authenticators } from '../repositories/authenticators.js';
import type { RowAccess, SharedWithUnit } from '../repositories/bound.js';
import { BrowserSessions } from '../repositories/browser-sessions.js';
import { BypassReports } from '../repositories/bypass-reports.js';
import { Checkpoints } from '../repositories/checkpoints.js';
import { Continuity } from '../repositories/continuity.js';
import { ApiKeys, Gateways, SigningKeys } from '../repositories/credentials.js';
import { Deliveries } from '../repositories/deliveries.js';
import { MessageQueues } from '../repositories/delivery-queues.js';
import { Demands } from '../repositories/demands.js';
import { Directory } from '../repositories/directory.js';
import { Disclosures } from '../repositories/disclosures.js';
import { Erasures } from '../repositories/erasures.js';
import { ExportTargets } from '../repositories/export-targets.js';
import { Grants } from '../repositories/grants.js';
import { HandOvers } from '../repositories/hand-overs.js';
import { IdempotentAnswers } from '../repositories/idempotency.js';
import { Incidents } from '../repositories/incidents.js';
import { Invitations } from '../repositories/invitations.js';
import { IsolationRuns } from '../repositories/isolation.js';
import { Leases } from '../repositories/leases.js';
import { LiveCredentials } from '../repositories/live-credentials.js';
import { Locks } from '../repositories/locks.js';
import { LogDaysRows } from '../repositories/log-days.js';
import { LogSettingsRows } from '../repositories/log-settings.js';
import { NoticeAddresses } from '../repositories/notice-addresses.js';
import { Openings } from '../repositories/openings.js';
import { OrganisationWriter } from '../repositories/organisation.js';
import type { OrganisationCache } from '../repositories/organisation-cache.js';
import { PendingNotices } from '../repositories/outbox.js';
import { Preferences, RequestTemplates } from '../repositories/personal.js';
import { Practices } from '../repositories/practices.js';
import { PushSubscriptions } from '../repositories/push-subscriptions.js';
import { Records } from '../repositories/records.js';
import { Reports } from '../repositories/reports.js';
import { RequestNotes } from '../repositories/request-notes.js';
import { RequestWords } from '../repositories/request-words.js';
import { Requests } from '../repositories/requests.js';
import { Reviews } from '../repositories/reviews.js';
import { Schedule } from '../repositories/schedule.js';
import { ScimGroups, ScimTokens, ScimUsers } from '../repositories/scim.js';
import { SealedLogs } from '../repositories/sealed-logs.js';
import { Identities, Sessions, Signals, SignInAttempts } from '../repositories/sign-in.js';
import { SlackAccounts, SlackInstallations, SlackPosts, SlackSeenHashes } from '../repositories/slack.js';
import { Statements } from '../repositories/statements.js';
import { RelayedStops, Stops } from '../repositories/stops.js';
import { Supervision } from '../repositories/supervision.js';
import { Trust } from '../repositories/trust.js';
import { Widenings } from '../repositories/widenings.js';
import type { UnitContext } from './context.js';

/** A repository's transaction, and which tenant's rows it may read and write. */
export interface RepositoryContext {
  manager: EntityManager;
  reach: RowAccess;
  context: UnitContext;
  shared: SharedWithUnit;
  /** Null in a unit that may change the organisation: what it reads is not committed yet. */
  cache: OrganisationCache | null;
  /** Called before the organisation changes. The locks that it takes last as long as the unit. */
  beforeOrganisationChange: () => Promise<void>;
}

type Registry<Repositories> = {
  [Name in keyof Repositories]: (scope: RepositoryContext) => AllOf<Repositories>[Name];
};

/** Every repository whose rows belong to tenants. */
export const TENANT_REPOSITORIES: Registry<TenantRepositories> = {
  requests: ({ manager, reach, shared }) => new Requests(manager, reach, shared),
  requestWords: ({ manager, reach, shared }) => new RequestWords(manager, reach, shared),
  reviews: ({ manager, reach, shared }) => new Reviews(manager, reach, shared),
  grants: ({ manager, reach, shared }) => new Grants(manager, reach, shared),
  invitations: ({ manager, reach }) => new Invitations(manager, reach),
  openings: ({ manager, reach, shared }) => new Openings(manager, reach, shared),
  notes: ({ manager, reach }) => new RequestNotes(manager, reach),
  disclosures: ({ manager, reach }) => new Disclosures(manager, reach),
  bypassReports: ({ manager, reach }) => new BypassReports(manager, reach),
  noticeAddresses: ({ manager, reach }) => new NoticeAddresses(manager, reach),
  practices: ({ manager, reach }) => new Practices(manager, reach),
  accessReviews: ({ manager, reach }) => new AccessReviews(manager, reach),
  erasures: ({ manager, reach }) => new Erasures(manager, reach),
  statements: ({ manager, reach }) => new Statements(manager, reach),
  logSettings: ({ manager, reach }) => new LogSettingsRows(manager, reach),
  locks: ({ manager, reach }) => new Locks(manager, reach),
  supervision: ({ manager, reach, shared }) => new Supervision(manager, reach, shared),
  leases: ({ manager, reach }) => new Leases(manager, reach),
  browserSessions: ({ manager, reach }) => new BrowserSessions(manager, reach),
  records: ({ manager, reach, shared }) => new Records(manager, reach, shared),
  days: ({ manager, reach, context }) => new LogDaysRows(manager, reach, context),
  handOvers: ({ manager, reach, context }) => new HandOvers(manager, reach, context.hashing),
  authenticators: ({ manager, reach }) => new Authenticators(manager, reach),
  trust: ({ manager, reach }) => new Trust(manager, reach),
  stops: ({ manager, reach }) => new Stops(manager, reach),
  relayed: ({ manager, reach }) => new RelayedStops(manager, reach),
  widenings: ({ manager, reach }) => new Widenings(manager, reach),
};

const organisation = ({ manager, cache, beforeOrganisationChange }: RepositoryContext) =>
  new OrganisationWriter(manager, cache, beforeOrganisationChange);

/** Every repository whose rows belong to the deployment. */
const DEPLOYMENT_REPOSITORIES: Registry<DeploymentRepositories> = {
  organisation,
  apiKeys: (scope) => new ApiKeys(scope.manager, organisation(scope)),
  sessions: ({ manager }) => new Sessions(manager),
  reports: ({ manager }) => new Reports(manager),
  isolation: ({ manager }) => new IsolationRuns(manager),
  credentials: ({ manager }) => new LiveCredentials(manager),
  identities: ({ manager }) => new Identities(manager),
  attempts: ({ manager }) => new SignInAttempts(manager),
  scimTokens: ({ manager }) => new ScimTokens(manager),
  scimUsers: ({ manager }) => new ScimUsers(manager),
  scimGroups: ({ manager }) => new ScimGroups(manager),
  signals: ({ manager }) => new Signals(manager),
  gateways: ({ manager }) => new Gateways(manager),
  keys: ({ manager, context }) => new SigningKeys(manager, context.sealer),
  preferences: ({ manager }) => new Preferences(manager),
  pushSubscriptions: ({ manager }) => new PushSubscriptions(manager),
  templates: ({ manager }) => new RequestTemplates(manager),
  outbox: ({ manager }) => new PendingNotices(manager),
  deliveries: ({ manager }) => new Deliveries(manager),
  deliveryQueues: ({ manager }) => new MessageQueues(manager),
  demands: ({ manager, context }) => new Demands(manager, context),
  sealedLogs: ({ manager }) => new SealedLogs(manager),
  exportTargets: ({ manager, context }) => new ExportTargets(manager, context.sealer),
  slackInstallations: ({ manager, context }) => new SlackInstallations(manager, context.sealer),
  slackAccounts: ({ manager }) => new SlackAccounts(manager),
  slackPosts: ({ manager }) => new SlackPosts(manager),
  slackSeen: ({ manager }) => new SlackSeenHashes(manager),
  directory: ({ manager }) => new Directory(manager),
  incidents: ({ manager }) => new Incidents(manager),
  checkpoints: ({ manager, context }) => new Checkpoints(manager, context.hashing),
  continuity: ({ manager, context }) => new Continuity(manager, context),
  schedule: ({ manager }) => new Schedule(manager),
  idempotency: ({ manager }) => new IdempotentAnswers(manager),
};

/** Every repository, for units across tenants. */
export const ALL_REPOSITORIES: Registry<TenantRepositories & DeploymentRepositories> = {
  ...TENANT_REPOSITORIES,
  ...DEPLOYMENT_REPOSITORIES,
};

/** Objects whose getters make the repositories of a registry. */
const prototypes = new WeakMap<object, object>();
const SCOPE = Symbol('scope');

function prototypeOf<Repositories>(registry: Registry<Repositories>): object {
  const known = prototypes.get(registry);
  if (known !== undefined) return known;
  const prototype: object = {};
  for (const name of Object.keys(registry) as (keyof Repositories & string)[])
    Object.defineProperty(prototype, name, {
      get(this: { [SCOPE]: RepositoryContext }) {
        const value = registry[name](this[SCOPE]);
        Object.defineProperty(this, name, { value, enumerable: true });
        return value;
      },
    });
  prototypes.set(registry, prototype);
  return prototype;
}

/**
 * The repositories of a registry in one transaction, each made when it is first used.
 *
 * @param members what the unit has besides; they win over repositories of the same name
 */
export function bind<Repositories, Members extends object>(
  registry: Registry<Repositories>,
  scope: RepositoryContext,
  members: Members,
): Omit<AllOf<Repositories>, keyof Members> & Members {
  const unit = Object.create(prototypeOf(registry));
  Object.defineProperty(unit, SCOPE, { value: scope });
  // Not assigned: a member may have the name of a getter.
  for (const [name, value] of Object.entries(members))
    Object.defineProperty(unit, name, { value, enumerable: true });
  return unit;
}
