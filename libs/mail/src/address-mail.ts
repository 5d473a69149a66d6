import type { Language, MailedKind, NoticeKind, NoticeTopic } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';

/**
 * Writes the mail to a notice address: what happened, when, and a page to read more after signing in. It names no person, no
 * reason and no data, because a shared mailbox may be read by more people than the customer's own.
 */
export function writeAddressMail(
  facts: { topic: NoticeTopic; kind: NoticeKind; at: string; tenant: string; publicUrl: string },
  reader: Reader,
): MailContent {
  const { language } = reader;
  const { headline, sentence, labels, open, footer } = WORDS[language].address;
  const { topic, kind, at, publicUrl } = facts;
  const tenant = oneLine(facts.tenant);
  return layOut({
    language,
    subject: `${tenant}: ${headline[topic]}`,
    sentence: sentence(headline[topic], tenant),
    rows: [
      [labels.kind, [kind]],
      [labels.at, [writeInstant(at, reader)]],
    ],
    notes: [],
    link: `${publicUrl}${PAGES[topic]}`,
    open,
    footer,
  });
}

const PAGES: Readonly<Record<NoticeTopic, string>> = {
  ...{ emergency: '/emergencies', disclosure: '/emergencies', demand: '/history', access: '/access' },
  ...{ supervision: '/access', widening: '/controls', trust: '/trust', review: '/access-review' },
  ...{ practice: '/practice', statement: '/activity' },
};

/** Writes the mail to the admins: an address gets notices from now on, or no longer. */
export function writeAddressChangeMail(
  facts: { kind: MailedKind<'address'>; address: string; tenant: string; publicUrl: string },
  language: Language,
): MailContent {
  const { labels, open, footer } = WORDS[language].address;
  const subject = NOTICE_TEXTS[language].kinds[facts.kind].mail.subject(oneLine(facts.tenant));
  return layOut({
    language,
    subject,
    sentence: subject,
    rows: facts.address === '' ? [] : [[labels.address, [oneLine(facts.address)]]],
    notes: [],
    link: `${facts.publicUrl}/notice-addresses`,
    open,
    footer,
  });
}
