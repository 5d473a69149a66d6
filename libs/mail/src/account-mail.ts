import type { ApiKey, Notice, Person } from '@countersign/access';
import type { MailedKind } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';

/** A new API key, as its person and their admins learn of it. */
export interface AccountMailFacts {
  notice: Pick<Notice, 'at'> & { kind: MailedKind<'key'> };
  key: ApiKey;
  /** Whose key it is. */
  owner: Person;
  recipient: Person;
  publicUrl: string;
}

/** Writes the mail. It names the key's id, never its secret. */
export function writeAccountMail(
  { notice: { kind, at }, key, owner, recipient, publicUrl }: AccountMailFacts,
  reader: Reader,
): MailContent {
  const { language } = reader;
  const { mail } = NOTICE_TEXTS[language].kinds[kind];
  const words = WORDS[language].account;
  const name = oneLine(owner.name);
  const isOwn = owner.id === recipient.id;
  const page = recipient.tenant === null ? 'security' : 'people';
  return layOut({
    language,
    subject: mail.subject(name),
    sentence: mail.sentence(name),
    rows: [
      [words.labels.at, [writeInstant(at, reader)]],
      [words.labels.key, [key.id]],
      [words.labels.until, [writeInstant(key.expiresAt, reader)]],
    ],
    notes: [isOwn ? words.own : words.others],
    link: `${publicUrl}/${isOwn ? 'account' : page}`,
    open: words.open,
    footer: words.footer,
  });
}

/** Writes the mail to a person whom fewer notices reach now, or whose clocks have changed. */
export function writeNoticesChangedMail(
  { at, publicUrl }: Pick<Notice, 'at'> & { publicUrl: string },
  reader: Reader,
): MailContent {
  const { language } = reader;
  const { subject, sentence, note } = NOTICE_TEXTS[language].kinds['account.notices-changed'].mail;
  const { labels, open, choicesFooter } = WORDS[language].account;
  return layOut({
    ...{ language, subject, sentence },
    rows: [[labels.at, [writeInstant(at, reader)]]],
    notes: [note],
    ...{ link: `${publicUrl}/account`, open, footer: choicesFooter },
  });
}
