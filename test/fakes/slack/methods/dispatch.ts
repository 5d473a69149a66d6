import { SlackError } from '../errors.js';
import type { Json } from '../messages.js';
import type { Installation } from '../model.js';
import type { RateLimiter } from '../rates.js';
import type { World } from '../world.js';
import { auth } from './auth.js';
import type { AppSettings, Call, Method } from './call.js';
import { chat } from './chat.js';
import { conversations, people } from './conversations.js';
import { openid } from './openid.js';
import { views } from './views.js';

/** Every method that the stand-in knows; any other is `unknown_method`. */
const METHODS: Record<string, Method> = {
  ...auth,
  ...openid,
  ...chat,
  ...views,
  ...conversations,
  ...people,
};

export interface Api {
  world: World;
  app: AppSettings;
  origin: string;
  limiter: RateLimiter;
  /** Opens a socket's address for Socket Mode. */
  openSocket(): string;
}

/**
 * Calls a method as Slack would.
 * @param token what came as bearer, or as the argument `token`
 * @throws SlackError
 */
export async function dispatch(api: Api, name: string, token: string, args: Json): Promise<Json> {
  if (name === 'apps.connections.open') {
    if (token !== api.app.appToken) throw new SlackError('invalid_auth');
    return { url: api.openSocket() };
  }
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) throw new SlackError('unknown_method');
  const installation = method.auth === 'bot' ? installationOf(api.world, token) : null;
  demandArguments(method, args, installation);
  if (installation !== null) {
    if (method.scope !== undefined && !installation.scopes.has(method.scope))
      throw new SlackError('missing_scope', [`needed: ${method.scope}`]);
    const team = args['team_id'];
    if (installation.orgWide && team !== undefined && !reaches(api.world, installation, String(team)))
      throw new SlackError('team_access_not_granted');
    api.limiter.take(name, name === 'chat.postMessage' ? `${args['channel']}` : installation.key);
  }
  const call = { ...api, token, installation: installation as Installation, args };
  return method.run(call as Call);
}

const reaches = (world: World, installation: Installation, team: string): boolean =>
  world.teams.has(team) && world.covers(installation, team);

function installationOf(world: World, token: string): Installation {
  if (token === '') throw new SlackError('not_authed');
  const found = world.tokens.get(token);
  if (found === undefined) throw new SlackError('invalid_auth');
  if (found.installation.ended !== null) throw new SlackError(found.installation.ended);
  if (found.expiresAt <= world.now()) throw new SlackError('token_expired');
  return found.installation;
}

function demandArguments(method: Method, args: Json, installation: Installation | null): void {
  const missing = method.required.filter((name) => args[name] === undefined || args[name] === '');
  if (method.teamForOrg && installation?.orgWide && args['team_id'] === undefined) missing.push('team_id');
  if (missing.length > 0)
    throw new SlackError(
      missing.includes('team_id') ? 'missing_argument' : 'invalid_arguments',
      missing.map((name) => `[ERROR] missing required field: ${name}`),
    );
  // Bolt names the workspace with every call; only a Grid's token has a choice.
  const known = new Set([
    ...method.required,
    ...method.optional,
    ...(method.auth === 'bot' ? ['team_id'] : []),
  ]);
  const odd = Object.keys(args).filter((name) => !known.has(name));
  if (odd.length > 0)
    throw new SlackError(
      'invalid_arguments',
      odd.map((name) => `[ERROR] unknown argument: ${name}`),
    );
}
