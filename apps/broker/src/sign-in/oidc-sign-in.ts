import {
  AccessError,
  type OidcSettings,
  type ProvidedIdentity,
  type SignInRefusal,
  type SignInTo,
  type StartedSession,
  signInByProvider,
  tenantOfSide,
} from '@countersign/access';
import { FACT_NAMES, readFact } from '@countersign/contract';
import { Inject, Injectable } from '@nestjs/common';
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  type IDToken,
  type UserInfoResponse,
} from 'openid-client';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { pathOfNul } from '../http/request-body.js';
import { OutboundError } from '../outbound/destination.js';
import { OidcProviders, ProviderUnavailable } from './oidc-providers.js';
import { derived, SignInAttempts } from './sign-in-attempts.js';

/** Why a sign-in with a provider failed. The pages have a text for each code. */
export type SignInProblem =
  | SignInRefusal
  | 'no_provider'
  | 'provider_unavailable'
  | 'provider_refused'
  | 'answer_invalid'
  | 'attempt_unknown'
  | 'wrong_callback'
  | 'other_person'
  | 'assurance_too_low'
  | 'not_fresh';

export class SignInError extends Error {
  constructor(
    readonly code: SignInProblem,
    readonly returnTo: string,
    cause?: unknown,
  ) {
    super(`sign-in: ${code}`, cause === undefined ? undefined : { cause });
    this.name = 'SignInError';
  }
}

/**
 * OpenID Connect, authorization code flow with PKCE (RFC 7636, RFC 9700). State, nonce and verifier are bound to the browser
 * that began; each answer works once. A provider can sign in only people of the side that it is configured for.
 *
 * Against mix-up (RFC 9700 §4.4) each side has a callback address of its own: the code of one side's provider never goes to
 * another side's token endpoint. PKCE and nonce do not prevent that, because a malicious provider can put an attacker's into
 * the victim's request. `iss` is compared if it is sent, and required if the provider announces it (RFC 9207).
 */
@Injectable()
export class OidcSignIn {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly providers: OidcProviders,
    private readonly attempts: SignInAttempts,
  ) {}

  /**
   * @param fresh the person has to prove again who they are, even if the provider knows them from an earlier sign-in
   * @returns the address at the provider to redirect the browser to
   * @throws SignInError
   */
  async start(side: string, browser: string, returnTo: string, fresh = false): Promise<URL> {
    const { oidc, client } = await this.providerOf(side, returnTo);
    const state = this.attempts.newSecret();
    await this.attempts.begin(
      this.attempts.draft({
        hash: this.attempts.hash(state),
        kind: 'oidc',
        person: null,
        browser: this.attempts.hash(browser),
        data: { side, returnTo, ...(fresh ? { fresh: 'true' } : {}) },
      }),
    );
    return buildAuthorizationUrl(client, {
      redirect_uri: this.callbackOf(side),
      scope: 'openid email profile',
      state,
      nonce: derived('nonce', browser, state),
      code_challenge: await calculatePKCECodeChallenge(derived('pkce', browser, state)),
      code_challenge_method: 'S256',
      ...(oidc.maxAge === undefined ? {} : { max_age: String(oidc.maxAge) }),
      // `max_age=0` (OpenID Connect Core §3.1.2.1); the answer's `auth_time` shows whether the provider obeyed.
      ...(fresh ? { max_age: '0', prompt: 'login' } : {}),
      ...(oidc.acr === undefined ? {} : { acr_values: oidc.acr.join(' ') }),
    });
  }

  /**
   * Finishes the sign-in that `start` began.
   *
   * @param at the side whose callback address received the answer
   * @param query the parameters of the provider's answer
   * @throws SignInError
   */
  async finish(
    at: string,
    query: URLSearchParams,
    browser: string | undefined,
    to: SignInTo,
  ): Promise<StartedSession & { returnTo: string }> {
    const [state = '', ...more] = query.getAll('state');
    const attempt =
      browser === undefined || more.length > 0 ? null : await this.attempts.take(state, 'oidc', browser);
    if (attempt === null || browser === undefined) throw new SignInError('attempt_unknown', '/');
    const { side, returnTo } = attempt.data;
    const back = returnTo ?? '/';
    // Before anything is sent to the provider of the attempt: the code may be another provider's.
    if (side !== at) throw new SignInError('wrong_callback', back);
    const { oidc, client } = await this.providerOf(side, back);
    const claims = await this.claims(client, oidc, query, { browser, state, side, back });
    if (oidc.acr !== undefined && !oidc.acr.includes(String(claims['acr'])))
      throw new SignInError('assurance_too_low', back);
    const isFresh = attempt.data['fresh'] === 'true';
    const authenticatedAt = isFresh ? freshSince(claims, attempt, this.deps.clock.now()) : undefined;
    if (isFresh && authenticatedAt === undefined) throw new SignInError('not_fresh', back);
    const draft = { ...to, ...(authenticatedAt === undefined ? {} : { authenticatedAt }) };
    const identity: ProvidedIdentity = {
      tenant: tenantOfSide(side),
      issuer: oidc.issuer,
      subject: String(claims['sub']),
      email: typeof claims['email'] === 'string' ? claims['email'] : null,
      emailVerified: claims['email_verified'] === true,
      roles: rolesOf(oidc, claims),
      facts: factsOf(oidc, claims),
    };
    const started = await signInByProvider(this.deps, identity, draft, this.settings.session).catch(
      (error) => {
        const isHeld = error instanceof AccessError && error.code === 'other_person';
        throw isHeld ? new SignInError('other_person', back, error) : error;
      },
    );
    if ('refused' in started) throw new SignInError(started.refused, back);
    return { ...started, returnTo: back };
  }

  /** Where this side's provider sends browsers back to. Its administrator registers exactly this address. */
  private callbackOf(side: string): string {
    return `${this.settings.publicUrl}/auth/oidc/${side}/callback`;
  }

  private async providerOf(side: string, back: string) {
    const oidc = await this.deps.store.directory.read((unit) => unit.organisation.oidc(tenantOfSide(side)));
    if (oidc === null) throw new SignInError('no_provider', back);
    try {
      return { oidc, client: await this.providers.client(oidc) };
    } catch (error) {
      throw new SignInError('provider_unavailable', back, error);
    }
  }

  private async claims(
    client: Configuration,
    oidc: OidcSettings,
    query: URLSearchParams,
    { browser, state, side, back }: { browser: string; state: string; side: string; back: string },
  ): Promise<IDToken & UserInfoResponse> {
    try {
      const answer = new URL(`${this.callbackOf(side)}?${query}`);
      const tokens = await authorizationCodeGrant(client, answer, {
        expectedState: state,
        expectedNonce: derived('nonce', browser, state),
        pkceCodeVerifier: derived('pkce', browser, state),
        idTokenExpected: true,
        ...(oidc.maxAge === undefined ? {} : { maxAge: oidc.maxAge }),
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new ClientError('no ID token');
      if (pathOfNul(claims) !== null) throw new ClientError('a claim with a NUL');
      // Many providers return the address, the groups or other claims only from their userinfo endpoint.
      const { email, email_verified: verified, ...rest } = claims;
      const hasEmail = email !== undefined && verified !== undefined;
      const wanted = [oidc.groups?.claim, ...Object.values(oidc.claims ?? {}).map(outerClaim)];
      const whole = hasEmail && wanted.every((claim) => claim === undefined || claim in claims);
      if (whole || client.serverMetadata().userinfo_endpoint === undefined) return claims;
      const info = await fetchUserInfo(client, tokens.access_token, claims.sub);
      // An address and its verification must come from one source. Only the ID token says how the person signed in.
      const own = { ...(hasEmail ? claims : rest), acr: claims.acr, auth_time: claims.auth_time };
      if (pathOfNul(info) !== null) throw new ClientError('a claim with a NUL');
      return { ...info, ...own } as IDToken & UserInfoResponse;
    } catch (error) {
      throw new SignInError(problemOf(error), back, error);
    }
  }
}

function problemOf(error: unknown): SignInProblem {
  if (error instanceof AuthorizationResponseError) return 'provider_refused';
  const unreachable = [error, error instanceof Error ? error.cause : undefined].some(
    (each) =>
      each instanceof OutboundError ||
      each instanceof ProviderUnavailable ||
      (each instanceof Error && each.name === 'TimeoutError'),
  );
  return unreachable ? 'provider_unavailable' : 'answer_invalid';
}

/** The clocks of broker and provider may differ by this much. `auth_time` has whole seconds. */
const SKEW_MS = 5_000;

/** When the person authenticated, if that was after this attempt began; undefined otherwise, or if it is not said. */
function freshSince(
  { auth_time: seconds }: Record<string, unknown>,
  { createdAt }: { createdAt: string },
  now: Date,
): string | undefined {
  if (typeof seconds !== 'number' || seconds * 1_000 < Date.parse(createdAt) - SKEW_MS) return undefined;
  return new Date(Math.min(seconds * 1_000, now.getTime())).toISOString();
}

/** The roles of the person's groups. An unlisted group, or a claim of another shape, gives no role. */
function rolesOf({ groups }: OidcSettings, claims: Record<string, unknown>): ProvidedIdentity['roles'] {
  if (groups === undefined) return null;
  const listed = claims[groups.claim];
  const names = Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
  return names.flatMap((name) => (Object.hasOwn(groups.roles, name) ? (groups.roles[name] ?? []) : []));
}

/** `address` of `address.country`. */
const outerClaim = (claim: string): string => claim.split('.')[0] as string;

/**
 * Place and employer from the claims that the organisation file names. Null if it names none. A claim that
 * is absent, or whose value is not valid, leaves the fact unknown: the value of an earlier sign-in no longer applies.
 */
function factsOf(
  { claims: names }: OidcSettings,
  claims: Record<string, unknown>,
): ProvidedIdentity['facts'] {
  if (names === undefined) return null;
  return Object.fromEntries(
    FACT_NAMES.flatMap((name) => {
      const value = readFact(name, claimAt(claims, names[name]));
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A claim by its own name, which may have dots (a URI), else inside another one. */
function claimAt(claims: Record<string, unknown>, name: string | undefined): unknown {
  if (name === undefined) return undefined;
  if (Object.hasOwn(claims, name)) return claims[name];
  const outer = claims[outerClaim(name)];
  const inner = name.slice(outerClaim(name).length + 1);
  const isObject = typeof outer === 'object' && outer !== null;
  return isObject && Object.hasOwn(outer, inner) ? (outer as Record<string, unknown>)[inner] : undefined;
}
