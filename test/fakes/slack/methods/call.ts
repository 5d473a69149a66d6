import { SlackError } from '../errors.js';
import type { Json } from '../messages.js';
import type { Installation } from '../model.js';
import type { World } from '../world.js';

/** The app as it is set up at Slack. */
export interface AppSettings {
  appId: string;
  clientId: string;
  clientSecret: string;
  signingSecret: string;
  /** `xapp-…`, for Socket Mode. */
  appToken: string;
  /** Addresses that may follow an authorisation; null accepts any. */
  redirectUrls: readonly string[] | null;
}

/** What a method is called with. */
export interface Call {
  world: World;
  app: AppSettings;
  /** The stand-in's own address. */
  origin: string;
  token: string;
  /** Whose bot token it is; methods without one never look. */
  installation: Installation;
  args: Json;
}

/** A method of the Web API. */
export interface Method {
  /** Whose token it takes. */
  auth: 'bot' | 'app' | 'person' | 'none';
  required: readonly string[];
  /** Stricter than Slack: any other argument is refused. */
  optional: readonly string[];
  scope?: string;
  /** Asked for by an org-wide token's call. */
  teamForOrg?: boolean;
  run(call: Call): Json | Promise<Json>;
}

/** Of a flag, which forms send as text. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1';

/**
 * JSON that a form carries as text.
 * @throws SlackError with `code`
 */
export function structured(value: unknown, code: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackError(code);
  }
}

/** @throws SlackError `missing_scope` */
export function demandScope({ installation }: Call, scope: string): void {
  if (!installation.scopes.has(scope)) throw new SlackError('missing_scope', [`needed: ${scope}`]);
}
