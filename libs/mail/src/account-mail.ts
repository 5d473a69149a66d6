import type { ApiKey, Notice, Person } from '@countersign/access';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';
import type { AccountMailKind } from './words/words.js';

/** A new API key, as its person and their admins learn of it. */
export interface AccountMailFacts {
  notice: Pick<Notice, 'at'> & { kind: AccountMailKind };
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
  const words = WORDS[language].account;
  const name = oneLine(owner.name);
  const isOwn = owner.id === recipient.id;
  const page = recipient.tenant === null ? 'security' : 'people';
  return layOut({
    language,
    subject: words.subject[kind](name),
    sentence: words.sentence[kind](name),
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
  const { labels, notices, open } = WORDS[language].account;
  return layOut({
    ...{ language, subject: notices.subject, sentence: notices.sentence },
    rows: [[labels.at, [writeInstant(at, reader)]]],
    notes: [notices.own],
    ...{ link: `${publicUrl}/account`, open, footer: notices.footer },
  });
}
