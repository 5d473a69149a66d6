import type { TenantRecord } from '../../domain/organisation.js';
import { requireFreshSignIn, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type {
  OrganisationRepository,
  SlackAccount,
  SlackInstallationRepository,
  SlackSetupUnit,
} from '../../ports/index.js';
import { noticesChangedNotice } from '../notices/notices.js';
import { authenticateAddress } from '../sessions/sign-in.js';
import type { Deps } from '../shared/deps.js';

/** How long a link by sign-in is valid. */
const SLACK_LINK_DAYS = 30;
/** How long a link by e-mail address is valid. Only Slack vouches for it, and Slack may have removed the member. */
const EMAIL_LINK_DAYS = 1;
const DAY_MS = 86_400_000;

/** A Slack account by its ids: `team` is its home workspace, `enterprise` the Grid of that workspace. */
export interface SlackIds {
  team: string | null;
  enterprise: string | null;
  user: string;
}

/** What Slack's API says about an account. */
export interface SlackProfile {
  email: string | null;
  emailVerified: boolean;
  guest: boolean;
  bot: boolean;
  deactivated: boolean;
}

type SlackLookup = { person: Person } | { why: 'unlinked' | 'lapsed' | 'removed' };

/** The workspace ids under which an account may be linked. A Grid's users are the same in each of its workspaces. */
const workspacesOf = ({ team, enterprise }: SlackIds): string[] =>
  [enterprise, team].filter((each) => each !== null);

/** The person linked to a Slack account, by its ids alone. */
export function findPersonBySlackAccount(deps: Deps, ids: SlackIds): Promise<SlackLookup> {
  return deps.store.slackSetup.read(async (unit) => {
    const now = deps.clock.now().getTime();
    let why: 'unlinked' | 'lapsed' = 'unlinked';
    for (const workspace of workspacesOf(ids)) {
      const account = await unit.slackAccounts.find(workspace, ids.user);
      if (account === null) continue;
      const person = await unit.organisation.person(account.person);
      if (person === null || person.removedAt !== null) return { why: 'removed' };
      const tenant = person.tenant === null ? null : await unit.organisation.tenant(person.tenant);
      if (person.tenant !== null && tenant === null) return { why: 'removed' };
      const own = await isOwnWorkspace(unit, person, [account.workspace, account.team]);
      const vouched = account.way === 'sign-in' ? own : tenant !== null && isVouchedFor(tenant, account);
      if (vouched && now < Date.parse(account.expiresAt)) return { person };
      why = 'lapsed';
    }
    return { why };
  });
}

/**
 * True if one of these is the workspace of the person's side: the tenant's, or the vendor's. Anyone can make a workspace and
 * be anyone in it, so an account elsewhere proves nothing. If the vendor has no channel of its own, its workspace is one in
 * which its staff have installed the app and which no tenant names.
 */
async function isOwnWorkspace(
  unit: {
    organisation: Pick<OrganisationRepository, 'tenant' | 'tenants' | 'vendorSlack' | 'person'>;
    slackInstallations: Pick<SlackInstallationRepository, 'find'>;
  },
  { tenant }: Person,
  workspaces: readonly (string | null)[],
): Promise<boolean> {
  const { organisation, slackInstallations } = unit;
  if (tenant !== null) {
    const slack = (await organisation.tenant(tenant))?.slack ?? null;
    return slack !== null && workspaces.includes(slack.peopleTeamId ?? slack.teamId);
  }
  const vendor = await organisation.vendorSlack();
  if (vendor !== null) return workspaces.includes(vendor.teamId);
  const ofTenants = (await organisation.tenants()).flatMap(({ slack }) =>
    slack === null ? [] : [slack.teamId, slack.peopleTeamId],
  );
  for (const workspace of workspaces) {
    if (workspace === null || ofTenants.includes(workspace)) continue;
    const installation = await slackInstallations.find(workspace);
    if (installation === null || installation.endedAt !== null) continue;
    const { installedBy } = installation;
    const installer = installedBy === null ? null : await organisation.person(installedBy);
    if (installer !== null && installer.tenant === null) return true;
  }
  return false;
}

/** True if the tenant still accepts links by address, from the workspace that vouched for this one. */
const isVouchedFor = ({ slack }: TenantRecord, { workspace, team }: SlackAccount): boolean =>
  slack?.matchEmail === true && [workspace, team].includes(slack.teamId);

/**
 * Slugs of the tenants that accept links by the address that Slack has verified, for members of this workspace. Never from
 * the vendor's own workspace, which may share channels with customers: its admins control the addresses there.
 */
export async function findTenantsMatchingEmail(deps: Deps, ids: SlackIds): Promise<string[]> {
  const own = workspacesOf(ids);
  const { tenants, vendor } = await deps.store.slackSetup.read(async (unit) => ({
    tenants: await unit.organisation.tenants(),
    vendor: await unit.organisation.vendorSlack(),
  }));
  if (vendor !== null && own.includes(vendor.teamId)) return [];
  return tenants
    .filter(({ slack }) => slack?.matchEmail === true && own.includes(slack.teamId))
    .map(({ slug }) => slug);
}

/** True if the organisation names this workspace, or the app is installed in it. */
export function isKnownWorkspace(deps: Deps, ids: SlackIds): Promise<boolean> {
  const own = workspacesOf(ids);
  return deps.store.slackSetup.read(async (unit) => {
    if (own.includes((await unit.organisation.vendorSlack())?.teamId ?? '')) return true;
    if ((await unit.organisation.tenants()).some(({ slack }) => own.includes(slack?.teamId ?? '')))
      return true;
    for (const workspace of own)
      if ((await unit.slackInstallations.find(workspace))?.endedAt === null) return true;
    return false;
  });
}

/**
 * Links a member of a tenant's own workspace by the address that Slack has verified, for a day. Never links guests, bots,
 * deactivated accounts, or an address that several of these tenants know.
 *
 * @returns null if no one is found, or no tenant accepts such links
 */
export async function linkByEmail(
  deps: Deps,
  ids: SlackIds,
  { email, emailVerified, guest, bot, deactivated }: SlackProfile,
): Promise<Person | null> {
  if (email === null || !emailVerified || guest || bot || deactivated) return null;
  const slugs = await findTenantsMatchingEmail(deps, ids);
  return deps.store.slackSetup.write(async (unit) => {
    const members = await Promise.all(slugs.map((slug) => authenticateAddress(unit, slug, email)));
    const [person, ...others] = members.filter((each) => each !== null);
    if (person === undefined || others.length > 0) return null;
    await saveLink(deps, unit, person, ids, 'email');
    return person;
  });
}

/**
 * Requires that the caller may begin to link a Slack account: after a fresh sign-in, because the link outlives the session.
 * Only what one has begun in the same browser can be finished, within ten minutes, so {@link linkSlackAccount} does not
 * require it again.
 *
 * @throws AccessError `forbidden`, `fresh_sign_in_required`
 */
export function requireMayLinkSlack({ clock }: Pick<Deps, 'clock'>, principal: Principal): void {
  requirePermission(principal, 'slack.link');
  requireFreshSignIn(principal, clock.now());
}

/**
 * Links a Slack account that the caller has signed in with. This replaces an earlier link to another person.
 *
 * @returns `other_workspace` if the account is not of the workspace of the caller's side: then nothing is linked
 * @throws AccessError `forbidden` for an API key, or a removed person
 */
export async function linkSlackAccount(
  deps: Deps,
  principal: Principal,
  ids: SlackIds,
): Promise<'linked' | 'other_workspace'> {
  requirePermission(principal, 'slack.link');
  return deps.store.slackSetup.write(async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null || person.removedAt !== null) throw noLongerKnown();
    if (!(await isOwnWorkspace(unit, person, workspacesOf(ids)))) return 'other_workspace';
    await saveLink(deps, unit, person, ids, 'sign-in');
    return 'linked';
  });
}

async function saveLink(
  deps: Deps,
  unit: SlackSetupUnit,
  person: Person,
  ids: SlackIds,
  way: SlackAccount['way'],
): Promise<void> {
  const [workspace] = workspacesOf(ids);
  if (workspace === undefined) throw new AccessError('invalid_request', 'Slack named no workspace.');
  const now = deps.clock.now();
  const days = way === 'sign-in' ? SLACK_LINK_DAYS : EMAIL_LINK_DAYS;
  const { user } = ids;
  const before = await unit.slackAccounts.find(workspace, user);
  // A link by e-mail address does not replace a valid link by sign-in.
  if (way === 'email' && before?.way === 'sign-in' && now.getTime() < Date.parse(before.expiresAt)) return;
  await unit.slackAccounts.save({
    ...{ workspace, user, team: ids.team, person: person.id, way },
    linkedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + days * DAY_MS).toISOString(),
  });
  await recordLink(unit, person, 'slack.linked', { at: now.toISOString(), way, ids: { workspace, user } });
}

/** The caller's own Slack accounts, newest first, including lapsed links. */
export function listSlackAccounts(deps: Deps, { person }: Principal): Promise<SlackAccount[]> {
  return deps.store.slackSetup.read((unit) => unit.slackAccounts.ofPerson(person.id));
}

/**
 * Unlinks one of the caller's own Slack accounts, after a fresh sign-in: no notices reach the person there any more. They are
 * notified by every other way.
 *
 * @throws AccessError `forbidden` if it is not the person's own browser session, `fresh_sign_in_required`, `not_found`
 */
export async function unlinkSlackAccount(
  deps: Deps,
  principal: Principal,
  { workspace, user }: { workspace: string; user: string },
): Promise<void> {
  requirePermission(principal, 'slack.unlink');
  requireFreshSignIn(principal, deps.clock.now());
  const { person } = principal;
  await deps.store.slackSetup.write(async (unit) => {
    if (!(await unit.slackAccounts.forget(person.id, workspace, user))) throw notFound('Slack account');
    const at = deps.clock.now().toISOString();
    await recordLink(unit, person, 'slack.unlinked', { at, ids: { workspace, user } });
    await unit.outboxOf(person.tenant).add(noticesChangedNotice(person.id, at));
  });
}

async function recordLink(
  unit: SlackSetupUnit,
  person: Person,
  type: 'slack.linked' | 'slack.unlinked',
  { at, ids, way }: { at: string; ids: { workspace: string; user: string }; way?: SlackAccount['way'] },
): Promise<void> {
  const log = await unit.logOf(person.tenant);
  await log.append({
    type,
    at,
    actor: person.id,
    data: { person: person.id, ...(way === undefined ? {} : { way }) },
    personal: ids,
  });
}
