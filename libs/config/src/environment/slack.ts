import { z } from 'zod';
import type { Environment } from './read.js';
import { readEnvironment } from './read.js';
import { secretToken, webUrlProblem } from './values.js';

/** The set-up of Slack: HTTP with a signing secret, or Socket Mode with an app token. */
export type SlackEnvironment = {
  signingSecret: string | null;
  clientId: string | null;
  clientSecret: string | null;
  appToken: string | null;
  apiUrl: string | null;
};

const printable = secretToken(/^[\x21-\x7e]+$/, 'be printable ASCII without spaces');

const slackApiUrl = z.string().superRefine((value, context) => {
  const problem = webUrlProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

export const slackShape = {
  SLACK_SIGNING_SECRET: printable.optional(),
  SLACK_CLIENT_ID: printable.optional(),
  SLACK_CLIENT_SECRET: printable.optional(),
  SLACK_APP_TOKEN: secretToken(/^xapp-[\x21-\x7e]+$/, 'begin with xapp-').optional(),
  SLACK_API_URL: slackApiUrl.optional(),
};

export const slackSecrets = ['SLACK_SIGNING_SECRET', 'SLACK_CLIENT_SECRET', 'SLACK_APP_TOKEN'] as const;

/**
 * Reads the variables of Slack alone. Null if none is set.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readSlackEnvironment(env: Environment): SlackEnvironment | null {
  return readEnvironment(env, slackShape, slackSecrets, slackFrom);
}

type SlackVariables = {
  [Name in keyof typeof slackShape]?: string | undefined;
};

/** The set-up of Slack. Null if no variable of it is set. */
export function slackFrom(
  raw: SlackVariables,
  problem: (key: string, rule: string) => void,
): SlackEnvironment | null {
  const set = Object.entries(raw).some(([name, value]) => name.startsWith('SLACK_') && value !== undefined);
  if (!set) return null;
  if (raw.SLACK_SIGNING_SECRET === undefined && raw.SLACK_APP_TOKEN === undefined) {
    problem('SLACK_SIGNING_SECRET', 'is required for Slack over HTTP (or SLACK_APP_TOKEN for Socket Mode)');
  }
  if ((raw.SLACK_CLIENT_ID === undefined) !== (raw.SLACK_CLIENT_SECRET === undefined)) {
    problem('SLACK_CLIENT_ID', 'must be set together with SLACK_CLIENT_SECRET');
  }
  return {
    signingSecret: raw.SLACK_SIGNING_SECRET ?? null,
    clientId: raw.SLACK_CLIENT_ID ?? null,
    clientSecret: raw.SLACK_CLIENT_SECRET ?? null,
    appToken: raw.SLACK_APP_TOKEN ?? null,
    apiUrl: raw.SLACK_API_URL ?? null,
  };
}
