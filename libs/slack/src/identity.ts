import {
  type Deps,
  findPersonBySlackAccount,
  findTenantsMatchingEmail,
  isKnownWorkspace,
  linkByEmail,
  type Person,
  type Principal,
  type SlackIds,
  type SlackProfile,
} from '@countersign/access';
import { growingCache } from '@countersign/runtime';
import type { WebClient } from '@slack/web-api';

/**
 * The Slack user who pressed, with the ids of their own workspace (`user.team_id`, never the workspace that the app is
 * installed in). Names and roles in a payload are ignored.
 */
export type SlackUser = SlackIds;

/** Why a Slack user is not known to Countersign. */
export type UnknownClicker = 'unlinked' | 'lapsed' | 'removed' | 'foreign' | 'guest' | 'deactivated';

export type Clicker =
  | { known: true; principal: Principal }
  /** `linkUrl`: the page where a signed-in person links the account. */
  | { known: false; why: UnknownClicker; linkUrl: string };

/** Looks up a Slack user. Never throws because of who they are, only if the store cannot be read. */
export type Identify = (who: SlackUser) => Promise<Clicker>;

/** The page where a signed-in person links their accounts. */
export const LINK_PAGE = '/account#slack';

/** How long a profile from Slack is cached. */
const PROFILE_MS = 60_000;
const MAX_PROFILES = 10_000;

/** A client for the user's own workspace; null if the app is not installed there. */
export type HomeClient = (who: SlackUser) => Promise<WebClient | null>;

/** Identifies Slack users: by the account they linked, or by e-mail address if their tenant allows that. */
export class Identities {
  private readonly profiles = growingCache<Promise<SlackProfile | null>>(MAX_PROFILES, PROFILE_MS);

  constructor(
    private readonly deps: Deps,
    private readonly publicUrl: string,
    private readonly clientFor: HomeClient,
  ) {}

  readonly identify: Identify = async (who) => {
    const found = await findPersonBySlackAccount(this.deps, who);
    if ('person' in found) {
      // A deactivated account should not be able to press. If Slack reports one, ignore its link.
      const profile = await this.profileOf(who);
      return profile?.deactivated === true ? this.unknown('deactivated') : known(found.person);
    }
    if (found.why === 'removed') return this.unknown('removed');
    if ((await findTenantsMatchingEmail(this.deps, who)).length > 0) return this.byEmail(who, found.why);
    return this.unknown((await isKnownWorkspace(this.deps, who)) ? found.why : 'foreign');
  };

  private async byEmail(who: SlackUser, why: 'unlinked' | 'lapsed'): Promise<Clicker> {
    const profile = await this.profileOf(who);
    if (profile === null) return this.unknown(why);
    if (profile.deactivated || profile.bot) return this.unknown('deactivated');
    if (profile.guest) return this.unknown('guest');
    const person = await linkByEmail(this.deps, who, profile);
    return person === null ? this.unknown(why) : known(person);
  }

  private profileOf(who: SlackUser): Promise<SlackProfile | null> {
    const key = `${who.enterprise ?? ''}/${who.team ?? ''}/${who.user}`;
    const loaded = this.profiles.get(key);
    if (loaded !== undefined) return loaded;
    const loading = this.loadProfile(who).catch(() => {
      this.profiles.delete(key);
      return null;
    });
    this.profiles.set(key, loading);
    return loading;
  }

  private async loadProfile(who: SlackUser): Promise<SlackProfile | null> {
    const client = await this.clientFor(who);
    if (client === null) return null;
    const { user } = await client.users.info({ user: who.user });
    if (user === undefined || !isOwnWorkspace(who, user)) return null;
    return {
      email: user.profile?.email ?? null,
      emailVerified: user.is_email_confirmed === true,
      guest: user.is_restricted === true || user.is_ultra_restricted === true || user.is_stranger === true,
      bot: user.is_bot === true || user.is_app_user === true,
      deactivated: user.deleted === true,
    };
  }

  private unknown(why: UnknownClicker): Clicker {
    return { known: false, why, linkUrl: this.publicUrl + LINK_PAGE };
  }
}

const known = (person: Person): Clicker => ({
  known: true,
  principal: { person, channel: 'slack', assurance: 'slack' },
});

/** Shared channels also show people of other workspaces. Only their own workspace is believed about their profile. */
function isOwnWorkspace(
  who: SlackUser,
  user: { team_id?: string; enterprise_user?: { enterprise_id?: string } },
): boolean {
  const { team_id: team, enterprise_user: grid } = user;
  return team === who.team || (who.enterprise !== null && who.enterprise === grid?.enterprise_id);
}

/**
 * The user who sent a payload; null if it names none. `enterprise` is used only if the user belongs to the workspace of
 * the payload: in a shared channel it is the enterprise of the app's installation, which may be another.
 */
export function slackUserOf(body: {
  user?: { id?: string; team_id?: string };
  team?: { id?: string } | null;
  enterprise?: { id?: string } | null;
  user_id?: string;
  team_id?: string;
  enterprise_id?: string;
}): SlackUser | null {
  // A slash command has flat members, and always comes from the user's own workspace.
  const user = body.user?.id ?? body.user_id;
  if (user === undefined) return null;
  const installed = body.team?.id ?? body.team_id ?? null;
  const own = body.user?.team_id ?? installed;
  const grid = body.enterprise?.id ?? body.enterprise_id ?? null;
  if (own?.startsWith('E')) return { team: null, enterprise: own, user };
  const atHome = installed === null || own === installed;
  return { team: own, enterprise: atHome ? grid : null, user };
}
