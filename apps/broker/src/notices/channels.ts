import type { NoticeChannel } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import { MailChannel, readMailSettings } from '@countersign/mail';
import type { BrokerDeps } from '../injection.js';
import { OutboundClient, type Resolver } from '../outbound/outbound-client.js';
import { WebhookChannel } from '../webhooks/handlers.js';

/** The channels that are configured. Without a mail server there is no mail, and nothing waits for one. */
export function noticeChannels(
  deps: BrokerDeps,
  environment: BrokerEnvironment,
  resolve?: Resolver,
): NoticeChannel[] {
  const { smtpUrl, mailFrom: from, mailLanguage: language, publicUrl, outboundPrivate } = environment;
  const outbound = new OutboundClient({
    allowPrivate: outboundPrivate,
    ...(resolve === undefined ? {} : { resolve }),
  });
  const webhooks = new WebhookChannel(deps, outbound, publicUrl);
  if (smtpUrl === null) return [webhooks];
  return [webhooks, new MailChannel(deps, readMailSettings({ smtpUrl, from, publicUrl, language }))];
}
