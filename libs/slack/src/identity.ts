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
import type { WebClient } from '@slack/web-api';
import { LRUCache } from 'lru-cache';

/**
 * Who pressed, by the ids of their own workspace alone (`user.team_id`, never the workspace that the app is
 * installed in). What a payload says of names or roles counts for nothing.
 */
export type SlackUser = SlackIds;

/** Why somebody who pressed is nobody here. */
export type UnknownClicker = 'unlinked' | 'lapsed' | 'removed' | 'foreign' | 'guest' | 'deactivated';

export type Clicker =
  | { known: true; principal: Principal }
  /** `linkUrl`: the page on which a signed-in person links the account. */
  | { known: false; why: UnknownClicker; linkUrl: string };

/** Looks a clicker up. Never throws for who they are, only where the store cannot be read. */
export type Identify = (who: SlackUser) => Promise<Clicker>;

/** The page on which a signed-in person links their accounts. */
export const LINK_PAGE = '/account#slack';

/** How long what Slack says of an account is believed. */
const PROFILE_MS = 60_000;
const MOST_PROFILES = 10_000;

/** A client for the workspace that somebody is at home in; null where the app is not there. */
export type ClientAtHome = (who: SlackUser) => Promise<WebClient | null>;

/** Finds out who presses: by the link that they made, or by their address where their tenant wants that. */
export class Identities {
  private readonly profiles: LRUCache<string, Promise<SlackProfile | null>>;

  constructor(
    private readonly deps: Deps,
    private readonly publicUrl: string,
    private readonly clientFor: ClientAtHome,
  ) {
    this.profiles = new LRUCache({ max: MOST_PROFILES, ttl: PROFILE_MS });
  }

  readonly identify: Identify = async (who) => {
    const found = await findPersonBySlackAccount(this.deps, who);
    if ('person' in found) {
      // Slack lets nobody press whose account is off; where it says that it is, the link counts for nothing.
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
    const kept = this.profiles.get(key);
    if (kept !== undefined) return kept;
    const asked = this.ask(who).catch(() => {
      this.profiles.delete(key);
      return null;
    });
    this.profiles.set(key, asked);
    return asked;
  }

  private async ask(who: SlackUser): Promise<SlackProfile | null> {
    const client = await this.clientFor(who);
    if (client === null) return null;
    const { user } = await client.users.info({ user: who.user });
    if (user === undefined || !isAtHome(who, user)) return null;
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

/** A shared channel shows people of elsewhere too: what is said of them is said by their own workspace alone. */
function isAtHome(
  who: SlackUser,
  user: { team_id?: string; enterprise_user?: { enterprise_id?: string } },
): boolean {
  const { team_id: team, enterprise_user: grid } = user;
  return team === who.team || (who.enterprise !== null && who.enterprise === grid?.enterprise_id);
}

/**
 * Who sent a payload. The enterprise counts where the clicker is at home in the workspace that the payload is about:
 * in a shared channel it is the one of the app's own installation.
 */
export function slackUserOf(body: {
  user?: { id?: string; team_id?: string };
  team?: { id?: string } | null;
  enterprise?: { id?: string } | null;
  user_id?: string;
  team_id?: string;
  enterprise_id?: string;
}): SlackUser | null {
  // A command's members stand flat; it comes from the clicker's own workspace alone.
  const user = body.user?.id ?? body.user_id;
  if (user === undefined) return null;
  const installed = body.team?.id ?? body.team_id ?? null;
  const own = body.user?.team_id ?? installed;
  const grid = body.enterprise?.id ?? body.enterprise_id ?? null;
  if (own?.startsWith('E')) return { team: null, enterprise: own, user };
  const atHome = installed === null || own === installed;
  return { team: own, enterprise: atHome ? grid : null, user };
}
