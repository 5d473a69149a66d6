import { SlackError } from '../errors.js';
import type { Json } from '../messages.js';
import type { Installation } from '../model.js';
import { TOKEN_LIFE_SECONDS, type World } from '../world.js';
import type { Call, Method } from './call.js';

/** An authorisation that was given and not yet exchanged; each code serves once. */
export interface Grant {
  kind: 'install' | 'openid';
  user: string;
  redirectUri: string;
  scopes: readonly string[];
  nonce: string | null;
  orgWide: boolean;
  until: number;
}

export const codes = new WeakMap<World, Map<string, Grant>>();

/** @throws SlackError `bad_client_secret`, `invalid_code`, `bad_redirect_uri` */
export function takeCode({ world, app, args }: Call, kind: Grant['kind']): Grant {
  demandClient(app.clientId, app.clientSecret, args);
  const code = String(args['code'] ?? '');
  const grant = codes.get(world)?.get(code);
  codes.get(world)?.delete(code);
  if (grant?.kind !== kind || grant.until < world.now()) throw new SlackError('invalid_code');
  if (args['redirect_uri'] !== undefined && args['redirect_uri'] !== grant.redirectUri)
    throw new SlackError('bad_redirect_uri');
  return grant;
}

function demandClient(clientId: string, clientSecret: string, args: Json): void {
  if (args['client_id'] !== clientId) throw new SlackError('invalid_client_id');
  if (args['client_secret'] !== clientSecret) throw new SlackError('bad_client_secret');
}

/** Puts the app into a workspace or an enterprise; an earlier installation there is over. */
export function install(
  world: World,
  where: { team: string; orgWide: boolean },
  scopes: readonly string[],
): Installation {
  const team = world.team(where.team);
  if (where.orgWide && team.enterprise === null) throw new SlackError('invalid_team_for_non_distributed_app');
  const key = where.orgWide ? String(team.enterprise?.id) : team.id;
  const before = world.installations.get(key);
  const botUser = before?.botUser ?? world.id('U');
  const botId = before?.botId ?? world.id('B');
  if (before !== undefined && before.ended === null) {
    const merged = { ...before, scopes: new Set([...before.scopes, ...scopes]) };
    return Object.assign(before, merged);
  }
  const installation: Installation = {
    key,
    orgWide: where.orgWide,
    team: where.orgWide ? null : team.id,
    enterprise: team.enterprise,
    ...{ botId, botUser, scopes: new Set(scopes), ended: null },
  };
  world.installations.set(key, installation);
  const names = { name: 'countersign', realName: 'Countersign', email: '', emailVerified: false };
  const bot = { team: team.id, zone: 'Etc/UTC', guest: 'no' as const, deactivated: false, bot: true };
  world.members.set(botUser, { id: botUser, ...names, ...bot });
  return installation;
}

function tokenAnswer(
  world: World,
  installation: Installation,
  appId: string,
  installer: string | null,
): Json {
  const { token, refresh } = world.issueToken(installation);
  const team = installation.team === null ? null : world.team(installation.team);
  return {
    access_token: token,
    token_type: 'bot',
    scope: [...installation.scopes].join(','),
    bot_user_id: installation.botUser,
    app_id: appId,
    team: team === null ? null : { id: team.id, name: team.name },
    enterprise: installation.enterprise,
    is_enterprise_install: installation.orgWide,
    ...(installer === null ? {} : { authed_user: { id: installer } }),
    ...(refresh === null ? {} : { refresh_token: refresh, expires_in: TOKEN_LIFE_SECONDS }),
  };
}

function refreshed({ world, app, args }: Call): Json {
  demandClient(app.clientId, app.clientSecret, args);
  const refresh = String(args['refresh_token'] ?? '');
  const installation = world.refreshTokens.get(refresh);
  // A refresh token serves once: two brokers that refresh at once find out here.
  world.refreshTokens.delete(refresh);
  if (installation === undefined) throw new SlackError('invalid_refresh_token');
  if (installation.ended !== null) throw new SlackError(installation.ended);
  return tokenAnswer(world, installation, app.appId, null);
}

const RESPONSE_MS = 60_000;

export const auth: Record<string, Method> = {
  'oauth.v2.access': {
    auth: 'none',
    required: [],
    optional: ['client_id', 'client_secret', 'code', 'redirect_uri', 'grant_type', 'refresh_token'],
    run: (call) => {
      if (call.args['grant_type'] === 'refresh_token') return refreshed(call);
      const grant = takeCode(call, 'install');
      const { team } = call.world.member(grant.user);
      const installation = install(call.world, { team, orgWide: grant.orgWide }, grant.scopes);
      return tokenAnswer(call.world, installation, call.app.appId, grant.user);
    },
  },
  'auth.test': {
    auth: 'bot',
    required: [],
    optional: [],
    run: ({ world, installation, origin }) => {
      const team = installation.team === null ? null : world.team(installation.team);
      return {
        url: `${origin}/`,
        team: team?.name ?? installation.enterprise?.name,
        user: 'countersign',
        team_id: team?.id ?? installation.enterprise?.id,
        user_id: installation.botUser,
        bot_id: installation.botId,
        ...(installation.enterprise === null ? {} : { enterprise_id: installation.enterprise.id }),
        is_enterprise_install: installation.orgWide,
      };
    },
  },
  'auth.revoke': {
    auth: 'bot',
    required: [],
    optional: ['test'],
    run: ({ installation }) => {
      installation.ended = 'token_revoked';
      return { revoked: true };
    },
  },
};

/** Notes an authorisation. @returns its code, which lives a minute */
export function grantCode(world: World, grant: Omit<Grant, 'until'>): string {
  const known = codes.get(world) ?? new Map<string, Grant>();
  codes.set(world, known);
  const code = `${world.id('c')}.${world.hash()}`;
  known.set(code, { ...grant, until: world.now() + RESPONSE_MS });
  return code;
}
