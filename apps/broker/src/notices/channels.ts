import type { NoticeChannel } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import { CodeMailer, MailChannel, type MailSettings, readMailSettings } from '@countersign/mail';
import type { SlackIntegration } from '@countersign/slack';
import type { BrokerDeps } from '../core.module.js';
import type { OutboundOptions } from '../outbound/destination.js';
import { OutboundClient } from '../outbound/outbound-client.js';
import { PushChannel } from '../push/push-channel.js';
import { PushServices } from '../push/push-services.js';
import { loadSlack } from '../slack/load-slack.js';
import { WebhookChannel } from './webhook-channel.js';

/** The configured channels. Without a mail server no mail is queued. */
export async function noticeChannels(
  deps: BrokerDeps,
  environment: BrokerEnvironment,
  outbound: OutboundOptions,
  slack: SlackIntegration | null,
): Promise<NoticeChannel[]> {
  const { publicUrl, pushServices } = environment;
  const webhooks = new WebhookChannel(deps, new OutboundClient(outbound), publicUrl);
  const settings = mailSettings(environment);
  const { mailLanguage: language } = environment;
  return [
    webhooks,
    new PushChannel(deps, new PushServices(pushServices), publicUrl),
    ...(settings === null ? [] : [new MailChannel(deps, settings)]),
    ...(slack === null ? [] : [new (await loadSlack()).SlackChannel(deps, slack, { publicUrl, language })]),
  ];
}

/** Sends sign-in codes; null if no mail server is configured. */
export function codeMailer(deps: BrokerDeps, environment: BrokerEnvironment): CodeMailer | null {
  const settings = mailSettings(environment);
  return settings === null ? null : new CodeMailer(settings, () => deps.ids.next('ntc'));
}

function mailSettings(environment: BrokerEnvironment): MailSettings | null {
  const { smtpUrl, mailFrom: from, mailLanguage: language, publicUrl } = environment;
  return smtpUrl === null ? null : readMailSettings({ smtpUrl, from, publicUrl, language });
}
