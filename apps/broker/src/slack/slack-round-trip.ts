import type { Principal, SignInAttempt } from '@countersign/access';
import type { SlackIntegration } from '@countersign/slack';
import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { SLACK } from '../core.module.js';
import { BROWSER_COOKIE, readCookie, redirect, setCookie } from '../http/cookies.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { ATTEMPT_MINUTES, queryOf, SignInAttempts } from '../sign-in/sign-in-attempts.js';

type Kind = Extract<SignInAttempt['kind'], `slack-${string}`>;

/** Why an install or a link failed at Slack. The page has a text for each code. */
export type SlackProblem = 'attempt_unknown' | 'slack_refused' | 'slack_unavailable' | 'answer_invalid';

export class SlackRoundTripError extends Error {
  constructor(
    readonly code: SlackProblem,
    cause?: unknown,
  ) {
    super(`Slack: ${code}`, { cause });
    this.name = 'SlackRoundTripError';
  }
}

/** Sends a person to Slack and takes the answer: once, in the same browser, within 10 minutes. */
@Injectable()
export class SlackRoundTrip {
  constructor(
    @Inject(SLACK) private readonly slack: SlackIntegration | null,
    private readonly attempts: SignInAttempts,
  ) {}

  /** @throws HttpProblem `not_ready` if Slack is not set up */
  side(): SlackIntegration {
    if (this.slack === null) throw new HttpProblem('not_ready', 'Slack is not set up on this broker.');
    return this.slack;
  }

  /** @param to returns Slack's address for the given state @returns it: where the browser goes next */
  async begin(
    request: BrokerRequest,
    response: Response,
    of: { kind: Kind; principal: Principal },
    to: (attempt: { state: string; browser: string }) => URL | Promise<URL>,
  ): Promise<string> {
    const browser = this.attempts.browserOf(request);
    const state = this.attempts.newSecret();
    const address = await to({ state, browser });
    await this.attempts.begin(
      this.attempts.draft({
        hash: this.attempts.hash(state),
        kind: of.kind,
        person: of.principal.person.id,
        browser: this.attempts.hash(browser),
        data: {},
      }),
    );
    setCookie(response, BROWSER_COOKIE, browser, 60 * ATTEMPT_MINUTES);
    return address.href;
  }

  /**
   * Reads the answer that Slack sent the browser back with.
   *
   * @throws SlackRoundTripError `attempt_unknown` if this person did not begin it in this browser, or has finished it before
   */
  async finish(
    request: BrokerRequest,
    of: { kind: Kind; principal: Principal },
  ): Promise<{ query: URLSearchParams; state: string; browser: string }> {
    const query = queryOf(request);
    const browser = readCookie(request.headers.cookie, BROWSER_COOKIE);
    const [state, ...more] = query.getAll('state');
    if (browser === undefined || state === undefined || more.length > 0)
      throw new SlackRoundTripError('attempt_unknown');
    const attempt = await this.attempts.take(state, of.kind, browser);
    if (attempt?.person !== of.principal.person.id) throw new SlackRoundTripError('attempt_unknown');
    if (query.has('error')) throw new SlackRoundTripError('slack_refused');
    return { query, state, browser };
  }

  /** Redirects to a page that shows the outcome, because a person sees the answer, not a program. */
  async orRedirectWithError(
    request: BrokerRequest,
    response: Response,
    work: () => Promise<string>,
  ): Promise<void> {
    let code: string;
    try {
      code = await work();
    } catch (error) {
      if (!(error instanceof SlackRoundTripError)) throw error;
      request.log.warn({ code: error.code, err: error.cause }, 'a step of connecting Slack failed');
      code = error.code;
    }
    redirect(response, 303, `/account?slack=${code}`);
  }
}
