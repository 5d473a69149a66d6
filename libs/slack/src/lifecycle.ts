import type { App } from '@slack/bolt';
import type { Installations } from './tokens.js';

/** Listens for the end of installations. Slack reports it once; no later call with their tokens succeeds. */
export function registerLifecycle(app: App, installations: Installations): void {
  app.event('app_uninstalled', async ({ body }) => {
    for (const workspace of workspacesOf(body))
      await installations.end(workspace, 'app_uninstalled', sentAt(body));
  });
  app.event('tokens_revoked', async ({ body, event }) => {
    // We hold no tokens of people.
    if ((event.tokens.bot ?? []).length === 0) return;
    for (const workspace of workspacesOf(body))
      await installations.end(workspace, 'token_revoked', sentAt(body));
  });
}

interface EndEvent {
  team_id?: string;
  enterprise_id?: string;
  event_time: number;
  authorizations?: {
    enterprise_id: string | null;
    team_id: string | null;
    is_enterprise_install?: boolean;
  }[];
}

/** The Grid's id for an installation on a Grid, else the workspace's id. */
function workspacesOf({
  authorizations: [first] = [],
  team_id: team,
  enterprise_id: grid,
}: EndEvent): string[] {
  const whole = first?.is_enterprise_install === true;
  const [ownTeam, ownGrid] = [first?.team_id ?? team, first?.enterprise_id ?? grid];
  const own = whole ? ownGrid : (ownTeam ?? ownGrid);
  return own == null ? [] : [own];
}

const sentAt = ({ event_time: seconds }: EndEvent): Date => new Date(seconds * 1000);
