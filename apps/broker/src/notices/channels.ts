import type { NoticeChannel } from '@countersign/access';
import { type BrokerEnvironment, isLoopbackHost } from '@countersign/config';
import { CodeMailer, MailChannel, type MailSettings, readMailSettings } from '@countersign/mail';
import { SlackChannel, type SlackSide } from '@countersign/slack';
import type { BrokerDeps } from '../injection.js';
import { OutboundClient, type Resolver } from '../outbound/outbound-client.js';
import { WebhookChannel } from './webhook-channel.js';

/** The channels that are configured. Without a mail server there is no mail, and nothing waits for one. */
export function noticeChannels(
  deps: BrokerDeps,
  environment: BrokerEnvironment,
  slack: SlackSide | null,
  resolve?: Resolver,
): NoticeChannel[] {
  const { publicUrl, outboundPrivate } = environment;
  const outbound = new OutboundClient({
    allowPrivate: outboundPrivate,
    ...(resolve === undefined ? {} : { resolve }),
  });
  const webhooks = new WebhookChannel(deps, outbound, publicUrl);
  const settings = mailSettings(environment);
  return [
    webhooks,
    ...(settings === null ? [] : [new MailChannel(deps, settings)]),
    ...(slack === null ? [] : [new SlackChannel(deps, slack, environment)]),
  ];
}

/** What sends sign-in codes; null where there is no mail. */
export function codeMailer(deps: BrokerDeps, environment: BrokerEnvironment): CodeMailer | null {
  const settings = mailSettings(environment);
  return settings === null ? null : new CodeMailer(settings, () => deps.ids.next('ntc'));
}

function mailSettings(environment: BrokerEnvironment): MailSettings | null {
  const { smtpUrl, mailFrom: from, mailLanguage: language, publicUrl } = environment;
  return smtpUrl === null
    ? null
    : readMailSettings({ smtpUrl, from, publicUrl, language, isLocal: isLoopbackHost });
}
