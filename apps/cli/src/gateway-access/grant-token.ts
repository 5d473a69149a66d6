import { type Grant, type GrantToken, grantEndpoints } from '@countersign/api';
import { isLoopbackHost } from '@countersign/contract';
import { SingleFlight } from '@countersign/runtime';
import type { Api } from '../api/client.js';
import { CliError } from '../command/errors.js';
import { describeGrantState } from '../grants/grant-text.js';

/**
 * Where a grant's calls go, without a final slash. The token is sent there, so plain http is accepted for this machine
 * alone.
 * @throws CliError `bad_answer`
 */
export function readGatewayUrl(grant: Grant): string {
  const url = URL.canParse(grant.gatewayUrl) ? new URL(grant.gatewayUrl) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (url === undefined || !safe || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError('bad_answer', "the grant's gatewayUrl is not an address that a token may be sent to");
  }
  return url.origin + url.pathname.replace(/\/$/, '');
}

/** @throws CliError `grant_not_active` with why no call passes: it has ended, or is stopped or locked */
export function requireActive(grant: Grant): void {
  if (grant.state === 'active' && grant.access === 'open') return;
  const why = grant.accessReason === null ? '' : `. ${grant.accessReason.text}`;
  const detail = `${grant.id} is ${describeGrantState(grant)}${why}`;
  throw new CliError('grant_not_active', detail, { document: grant });
}

/** A JWT in compact form. It goes into a header line, so text of any other form is not accepted. */
const COMPACT_JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** @throws CliError `bad_answer` for a token of another form, or the broker's refusal */
export async function mintToken(api: Pick<Api, 'call'>, grant: string): Promise<GrantToken> {
  const minted = await api.call(grantEndpoints.token, { params: { id: grant } });
  if (COMPACT_JWT.test(minted.access_token)) return minted;
  throw new CliError('bad_answer', 'the broker answered a token that is not a JWT');
}

/** A token is renewed after this share of its lifetime, so that calls never wait for the renewal. */
const RENEW_AT = 0.6;

type HeldToken = { token: string; mintedAt: number; lifetimeMs: number };

/** The current token of one grant. It is renewed before it expires, one renewal at a time. */
export class GrantTokens {
  private heldToken: HeldToken | undefined;
  private readonly renewal = new SingleFlight<HeldToken>();

  constructor(
    private readonly api: Pick<Api, 'call'>,
    private readonly grant: string,
    /** Milliseconds of a monotonic clock. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws CliError `grant_not_active` when the grant has ended, or the broker's refusal */
  async current(): Promise<string> {
    const token = this.heldToken;
    const age = token === undefined ? 0 : this.now() - token.mintedAt;
    if (token === undefined || age >= token.lifetimeMs) return (await this.renew()).token;
    // The held token is still valid, so a failed renewal is ignored; the call after its expiry reports it.
    if (age >= token.lifetimeMs * RENEW_AT) this.renew().catch(() => undefined);
    return token.token;
  }

  /** Forgets the token, after a gateway rejected it. */
  drop(): void {
    this.heldToken = undefined;
  }

  private renew(): Promise<HeldToken> {
    return this.renewal.run(() => this.fetch());
  }

  private async fetch(): Promise<HeldToken> {
    const mintedAt = this.now();
    const { access_token, expires_in } = await mintToken(this.api, this.grant);
    this.heldToken = { token: access_token, mintedAt, lifetimeMs: expires_in * 1000 };
    return this.heldToken;
  }
}
