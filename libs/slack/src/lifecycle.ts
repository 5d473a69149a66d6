import type { App } from '@slack/bolt';
import type { Installations } from './tokens.js';

/** Listens for the end of installations: Slack says so once, and no call with their tokens succeeds after. */
export function registerLifecycle(app: App, installations: Installations): void {
  app.event('app_uninstalled', async ({ body }) => {
    for (const workspace of workspacesOf(body))
      await installations.end(workspace, 'app_uninstalled', saidAt(body));
  });
  app.event('tokens_revoked', async ({ body, event }) => {
    // Tokens of people are none of ours.
    if ((event.tokens.bot ?? []).length === 0) return;
    for (const workspace of workspacesOf(body))
      await installations.end(workspace, 'token_revoked', saidAt(body));
  });
}

interface Said {
  team_id?: string;
  enterprise_id?: string;
  event_time: number;
  authorizations?: {
    enterprise_id: string | null;
    team_id: string | null;
    is_enterprise_install?: boolean;
  }[];
}

/** Of a Grid-wide install the Grid alone, else the workspace. */
function workspacesOf({ authorizations: [first] = [], team_id: team, enterprise_id: grid }: Said): string[] {
  const whole = first?.is_enterprise_install === true;
  const [ownTeam, ownGrid] = [first?.team_id ?? team, first?.enterprise_id ?? grid];
  const own = whole ? ownGrid : (ownTeam ?? ownGrid);
  return own == null ? [] : [own];
}

const saidAt = ({ event_time: seconds }: Said): Date => new Date(seconds * 1000);
