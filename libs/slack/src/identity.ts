import type { Principal } from '@countersign/access';

/**
 * Who pressed, by the ids of their own workspace alone (`user.team_id`, never the workspace that the app is
 * installed in). What a payload says of names or roles counts for nothing.
 */
export interface SlackUser {
  /** `T…`; null where only the enterprise is known. */
  team: string | null;
  /** `E…`; null outside an Enterprise Grid. */
  enterprise: string | null;
  /** `U…` or `W…` */
  user: string;
}

/** Why somebody who pressed is nobody here. */
export type UnknownClicker = 'unlinked' | 'lapsed' | 'removed' | 'foreign' | 'guest' | 'deactivated';

export type Clicker =
  | { known: true; principal: Principal }
  /** `linkUrl`: the page on which a signed-in person links the account. */
  | { known: false; why: UnknownClicker; linkUrl: string };

/** Looks a clicker up. Never throws for who they are, only where the store cannot be read. */
export type Identify = (who: SlackUser) => Promise<Clicker>;
