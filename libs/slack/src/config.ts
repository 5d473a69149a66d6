import type { SigningDeps } from '@countersign/access';
import type { Language } from '@countersign/contract';
import type { Identify } from './identity.js';

/** Credentials and addresses of the Slack app. Holds secrets: never log it, never send it to a page. */
export interface SlackConfig {
  /** Verifies requests over HTTP; may be null in Socket Mode. */
  signingSecret: string | null;
  /** Null: no workspace can install the app, and no one can link an account. */
  oauth: { clientId: string; clientSecret: string } | null;
  /** `xapp-…`: switches Socket Mode on. The broker then opens the connection itself. */
  appToken: string | null;
  /** Address of the Web API, with a final slash. */
  apiUrl: string;
  /** Origin where people authorize the app and sign in, and the OpenID issuer. No final slash. */
  site: string;
}

const SLACK = { apiUrl: 'https://slack.com/api/', site: 'https://slack.com' };

/** Builds the configuration. If `apiUrl` is given, `site` is its origin. */
export function readSlackConfig(settings: {
  signingSecret: string | null;
  clientId: string | null;
  clientSecret: string | null;
  appToken: string | null;
  apiUrl: string | null;
}): SlackConfig {
  const { signingSecret, clientId, clientSecret, appToken, apiUrl } = settings;
  return {
    signingSecret,
    oauth: clientId === null || clientSecret === null ? null : { clientId, clientSecret },
    appToken,
    ...(apiUrl === null ? SLACK : { apiUrl: apiUrl.replace(/\/*$/, '/'), site: new URL(apiUrl).origin }),
  };
}

/** OAuth scopes of the bot. docs/slack/manifest.yaml requests the same. */
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

/** Events that the app subscribes to. docs/slack/manifest.yaml requests the same. */
export const BOT_EVENTS = ['app_home_opened', 'app_uninstalled', 'tokens_revoked'] as const;

/** Settings for messages and handlers. Holds no secret. */
export interface SlackSettings {
  /** The broker's origin, without a final slash. Links start with it. */
  publicUrl: string;
  /** The gateway's origin, without a final slash. */
  gatewayUrl: string;
  /** The language of every message and form. */
  language: Language;
}

/** Dependencies of the listeners: those of the use cases, and the look-up of people. */
export interface SlackParts {
  deps: SigningDeps;
  settings: SlackSettings;
  identify: Identify;
}
