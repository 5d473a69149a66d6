import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { noLongerKnown } from '../../errors.js';
import type { EventLog, SlackInstallation, SlackSetupUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** What Slack returned when the app was installed. */
export type GivenInstallation = Omit<
  SlackInstallation,
  'version' | 'installedBy' | 'installedAt' | 'endedAt' | 'endReason'
>;

/**
 * Stores the installation in a workspace, or in a whole Grid. It replaces an earlier one.
 *
 * @throws AccessError `forbidden`
 */
export async function keepInstallation(
  deps: Deps,
  principal: Principal,
  installation: GivenInstallation,
): Promise<void> {
  requirePermission(principal, 'slack.install');
  return deps.store.slackSetup.write(async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null) throw noLongerKnown();
    requirePermission(principal, 'slack.install', person);
    const at = deps.clock.now().toISOString();
    await unit.slackInstallations.save({
      ...installation,
      ...{ installedBy: person.id, installedAt: at, endedAt: null, endReason: null },
    });
    const { workspace, scopes } = installation;
    const type = 'slack.installed';
    for (const log of await logsOf(unit, workspace, person.tenant))
      await log.append({ type, at, actor: person.id, data: { workspace, scopes } });
  });
}

/**
 * Ends an installation whose token Slack no longer accepts, and deletes the token.
 *
 * @param reason a code, such as `app_uninstalled`
 * @param saidAt when Slack reported it; a later installation stays. Null: now
 * @returns false if nothing ended
 */
export async function endInstallation(
  deps: Deps,
  workspace: string,
  reason: string,
  saidAt: Date | null = null,
): Promise<boolean> {
  const known = await deps.store.slackSetup.read((unit) => unit.slackInstallations.find(workspace));
  if (known === null || known.endedAt !== null) return false;
  if (saidAt !== null && saidAt.getTime() + 1000 <= Date.parse(known.installedAt)) return false;
  return deps.store.slackSetup.write(async (unit) => {
    const at = deps.clock.now().toISOString();
    if (!(await unit.slackInstallations.end(workspace, reason, at))) return false;
    for (const log of await logsOf(unit, workspace, null))
      await log.append({ type: 'slack.ended', at, actor: 'job', data: { workspace, reason } });
    return true;
  });
}

/** The installations that the caller may see: a tenant's admin sees the one in its own workspace. @throws AccessError `forbidden` */
export async function listInstallations(deps: Deps, principal: Principal): Promise<SlackInstallation[]> {
  requirePermission(principal, 'slack.read');
  const { tenant } = principal.person;
  return deps.store.slackSetup.read(async (unit) => {
    const all = await unit.slackInstallations.list();
    if (tenant === null) return all;
    const own = (await unit.organisation.tenant(tenant))?.slack?.teamId;
    return all.filter(
      ({ workspace, installedBy }) => workspace === own || installedBy === principal.person.id,
    );
  });
}

/** The logs of the tenants that own the workspace; if none does, the log of the installer's side. */
async function logsOf(unit: SlackSetupUnit, workspace: string, side: string | null): Promise<EventLog[]> {
  const tenants = await unit.organisation.tenants();
  const own = tenants.filter(({ slack }) => slack?.teamId === workspace);
  if (own.length === 0) return [await unit.logOf(side)];
  return Promise.all(own.map(({ slug }) => unit.logOf(slug)));
}
