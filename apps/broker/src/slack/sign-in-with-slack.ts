import type { SlackIds } from '@countersign/access';
import type { SlackConfig } from '@countersign/slack';
import { Injectable } from '@nestjs/common';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  type IDToken,
} from 'openid-client';
import { OidcProviders } from '../sign-in/oidc-providers.js';
import { derived } from '../sign-in/sign-in-attempts.js';
import { SlackRoundTripError } from './slack-round-trip.js';

/** The prefix of Slack's own claims. */
const CLAIM = 'https://slack.com/';

/**
 * Sign in with Slack (OpenID Connect): https://docs.slack.dev/authentication/sign-in-with-slack/. The ID token's
 * signature, issuer, audience and nonce are verified. No token of the person is stored.
 */
@Injectable()
export class SignInWithSlack {
  constructor(private readonly providers: OidcProviders) {}

  /** @throws SlackRoundTripError `slack_unavailable` */
  async address(
    config: SlackConfig,
    { state, browser, redirectUri }: { state: string; browser: string; redirectUri: string },
  ): Promise<URL> {
    return buildAuthorizationUrl(await this.client(config), {
      redirect_uri: redirectUri,
      scope: 'openid',
      state,
      nonce: derived('slack-nonce', browser, state),
    });
  }

  /**
   * The Slack account that signed in, from the claims that Slack signed.
   *
   * @throws SlackRoundTripError
   */
  async account(
    config: SlackConfig,
    { answer, state, browser }: { answer: URL; state: string; browser: string },
  ): Promise<SlackIds> {
    const client = await this.client(config);
    let claims: IDToken | undefined;
    try {
      const tokens = await authorizationCodeGrant(client, answer, {
        expectedState: state,
        expectedNonce: derived('slack-nonce', browser, state),
        idTokenExpected: true,
      });
      claims = tokens.claims();
    } catch (error) {
      throw new SlackRoundTripError('answer_invalid', error);
    }
    const read = (name: string): string | null => {
      const value = claims?.[CLAIM + name];
      return typeof value === 'string' && /^[A-Z0-9]{2,40}$/.test(value) ? value : null;
    };
    const [user, team] = [read('user_id'), read('team_id')];
    if (user === null || team === null) throw new SlackRoundTripError('answer_invalid');
    return { user, team, enterprise: read('enterprise_id') };
  }

  private async client({ site, oauth }: SlackConfig): Promise<Configuration> {
    if (oauth === null) throw new SlackRoundTripError('slack_unavailable');
    try {
      return await this.providers.clientOf(site, oauth.clientId, oauth.clientSecret);
    } catch (error) {
      throw new SlackRoundTripError('slack_unavailable', error);
    }
  }
}
