import { generateKeyPairSync, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { SlackError } from '../errors.js';
import type { Json } from '../messages.js';
import type { Member } from '../model.js';
import type { World } from '../world.js';
import { takeCode } from './auth.js';
import type { Call, Method } from './call.js';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = randomBytes(8).toString('hex');
const ID_TOKEN_SECONDS = 300;

/** Access token → whose, and for what. */
const tokens = new WeakMap<World, Map<string, { user: string; scopes: readonly string[] }>>();

/** The keys that ID tokens are signed with. */
export const jwks = (): Json => ({
  keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }],
});

/** What a client reads first. The issuer is the stand-in's address; Slack's own is `https://slack.com`. */
export const discovery = (origin: string): Json => ({
  issuer: origin,
  authorization_endpoint: `${origin}/openid/connect/authorize`,
  token_endpoint: `${origin}/api/openid.connect.token`,
  userinfo_endpoint: `${origin}/api/openid.connect.userInfo`,
  jwks_uri: `${origin}/openid/connect/keys`,
  scopes_supported: ['openid', 'profile', 'email'],
  response_types_supported: ['code'],
  response_modes_supported: ['form_post'],
  grant_types_supported: ['authorization_code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  claims_supported: ['sub', 'auth_time', 'iss'],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: true,
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
});

function claims(world: World, member: Member, scopes: readonly string[]): Json {
  const team = world.team(member.team);
  return {
    sub: member.id,
    'https://slack.com/user_id': member.id,
    'https://slack.com/team_id': team.id,
    'https://slack.com/team_name': team.name,
    'https://slack.com/team_domain': team.domain,
    ...(team.enterprise === null
      ? {}
      : {
          'https://slack.com/enterprise_id': team.enterprise.id,
          'https://slack.com/enterprise_name': team.enterprise.name,
        }),
    ...(scopes.includes('email') ? { email: member.email, email_verified: member.emailVerified } : {}),
    ...(scopes.includes('profile') ? { name: member.realName, locale: 'en-US' } : {}),
  };
}

export const openid: Record<string, Method> = {
  'openid.connect.token': {
    auth: 'none',
    required: ['code'],
    optional: ['client_id', 'client_secret', 'redirect_uri', 'grant_type', 'refresh_token'],
    run: (call) => {
      const { world, app, origin } = call;
      const grant = takeCode(call, 'openid');
      const member = world.member(grant.user);
      if (member.deactivated) throw new SlackError('account_inactive');
      const access = `xoxp-${randomBytes(12).toString('hex')}`;
      const known = tokens.get(world) ?? new Map();
      tokens.set(world, known.set(access, { user: member.id, scopes: grant.scopes }));
      const iat = Math.floor(world.now() / 1000);
      const payload = {
        iss: origin,
        aud: app.clientId,
        iat,
        exp: iat + ID_TOKEN_SECONDS,
        auth_time: iat,
        ...(grant.nonce === null ? {} : { nonce: grant.nonce }),
        ...claims(world, member, grant.scopes),
      };
      const id = jwt.sign(payload, key.privateKey, { algorithm: 'RS256', keyid: kid });
      return { access_token: access, token_type: 'Bearer', id_token: id };
    },
  },
  'openid.connect.userInfo': {
    auth: 'person',
    required: [],
    optional: [],
    run: ({ world, token }: Call) => {
      const known = tokens.get(world)?.get(token);
      if (known === undefined) throw new SlackError('invalid_auth');
      return claims(world, world.member(known.user), known.scopes);
    },
  },
};
