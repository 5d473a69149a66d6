import { isLoopbackHost } from '@countersign/config';
import { SingleFlight } from '@countersign/runtime';
import { type Api, segment } from '../api/client.js';
import { type GrantAnswer, type TokenAnswer, tokenShape } from '../api/shapes.js';
import { CliError } from '../command/errors.js';

/**
 * Where a grant's calls go, without a final slash. A token is sent there, so plain http is for this machine only.
 * @throws CliError `bad_answer`
 */
export function gatewayUrlOf(grant: GrantAnswer): string {
  const url = URL.canParse(grant.gatewayUrl) ? new URL(grant.gatewayUrl) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (url === undefined || !safe || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError('bad_answer', "the grant's gatewayUrl is no address that a token may be sent to");
  }
  return url.origin + url.pathname.replace(/\/$/, '');
}

/** @throws CliError `grant_not_active` with how the grant ended */
export function requireActive(grant: GrantAnswer): void {
  if (grant.state === 'active') return;
  const how = grant.endReason === null ? grant.state : `${grant.state} (${grant.endReason})`;
  throw new CliError('grant_not_active', `${grant.id} is ${how}`, { document: grant });
}

/** A new token is fetched when this share of the old one's life is over, so that calls never wait for it. */
const RENEW_AT = 0.6;

type Held = { token: string; mintedAt: number; lifeMs: number };

export const mint = (api: Pick<Api, 'call'>, grant: string): Promise<TokenAnswer> =>
  api.call(`/api/v1/grants/${segment(grant)}/tokens`, tokenShape, { method: 'POST' });

/** The current token of one grant, renewed silently before it expires. One renewal at a time, however many callers. */
export class GrantTokens {
  private held: Held | undefined;
  private readonly renewal = new SingleFlight<Held>();

  constructor(
    private readonly api: Pick<Api, 'call'>,
    private readonly grant: string,
    /** Milliseconds, of a clock that does not jump. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws CliError `grant_not_active` when the grant has ended, or what else the broker refuses with */
  async current(): Promise<string> {
    const held = this.held;
    const age = held === undefined ? 0 : this.now() - held.mintedAt;
    if (held === undefined || age >= held.lifeMs) return (await this.renew()).token;
    if (age >= held.lifeMs * RENEW_AT) {
      // The old token still serves; a failure shows once it no longer does.
      this.renew().catch(() => undefined);
    }
    return held.token;
  }

  /** Forgets the token, after a gateway did not accept it. */
  drop(): void {
    this.held = undefined;
  }

  private renew(): Promise<Held> {
    return this.renewal.run(() => this.fetch());
  }

  private async fetch(): Promise<Held> {
    const mintedAt = this.now();
    const { access_token, expires_in } = await mint(this.api, this.grant);
    this.held = { token: access_token, mintedAt, lifeMs: expires_in * 1000 };
    return this.held;
  }
}
