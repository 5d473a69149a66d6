import type { SigningDeps } from '@countersign/access';
import type { Identify } from './identity.js';

/** How the app speaks with Slack. Holds secrets: never logged, never handed to a page. */
export interface SlackConfig {
  /** Signs what comes over HTTP; null in Socket Mode without it. */
  signingSecret: string | null;
  /** Null where the app is let into no further workspace, and nobody signs in with Slack. */
  oauth: { clientId: string; clientSecret: string } | null;
  /** `xapp-…`: what comes, comes over a socket that the app itself opens. */
  appToken: string | null;
  /** Where the Web API is, with a final slash. */
  apiUrl: string;
  /** Where people authorise and sign in: an origin without a final slash, and the OpenID issuer. */
  site: string;
}

const SLACK = { apiUrl: 'https://slack.com/api/', site: 'https://slack.com' };

/** Reads what the environment says about Slack; with an address of its own API, everything else is there too. */
export function readSlackConfig(given: {
  signingSecret: string | null;
  clientId: string | null;
  clientSecret: string | null;
  appToken: string | null;
  apiUrl: string | null;
}): SlackConfig {
  const { signingSecret, clientId, clientSecret, appToken, apiUrl } = given;
  return {
    signingSecret,
    oauth: clientId === null || clientSecret === null ? null : { clientId, clientSecret },
    appToken,
    ...(apiUrl === null ? SLACK : { apiUrl: apiUrl.replace(/\/*$/, '/'), site: new URL(apiUrl).origin }),
  };
}

/** What the bot may do in a workspace, and what each is for; the manifest asks for the same. */
export const BOT_SCOPES = [
  'chat:write',
  'commands',
  'im:write',
  'im:history',
  'channels:read',
  'channels:history',
  'groups:read',
  'groups:history',
  'users:read',
  'users:read.email',
] as const;

/** What Slack tells the app of; the manifest asks for the same. */
export const BOT_EVENTS = ['app_home_opened', 'app_uninstalled', 'tokens_revoked'] as const;

/** What messages and handlers know of where they run; no secret is among it. */
export interface SlackSettings {
  /** The broker's origin, without a final slash: what links begin with. */
  publicUrl: string;
  /** Where grants point: an origin without a final slash. */
  gatewayUrl: string;
}

/** What the listeners are handed: the use cases' dependencies, and how to find out who pressed. */
export interface SlackParts {
  deps: SigningDeps;
  settings: SlackSettings;
  identify: Identify;
}
