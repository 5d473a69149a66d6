import type { MailContent } from './layout.js';
import { MailClient } from './mail-client.js';
import type { MailSettings } from './settings.js';
import { escapeHtml, oneLine } from './text.js';
import { de } from './words/de.js';
import { en } from './words/en.js';
import type { Language } from './words/words.js';

/** A sign-in code, valid only in the browser that requested it. */
interface CodeMail {
  to: string;
  /** The organisation's name. */
  tenant: string;
  code: string;
  minutes: number;
}

const HALF = 4;

/** Writes the mail. It has no link: a scanner finds nothing to open, and readers learn not to follow links. */
function writeCodeMail({ tenant, code, minutes }: CodeMail, language: Language): MailContent {
  const words = (language === 'de' ? de : en).code;
  const shown = `${code.slice(0, HALF)}-${code.slice(HALF)}`;
  const [sentence, footer] = [words.sentence(oneLine(tenant), minutes), words.footer];
  return {
    subject: words.subject,
    text: [sentence, `    ${shown}`, footer].join('\n\n').concat('\n'),
    html: `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(words.subject)}</title></head><body>
<p>${escapeHtml(sentence)}</p>
<p style="font: 600 24px monospace; letter-spacing: 0.1em">${escapeHtml(shown)}</p>
<p>${escapeHtml(footer)}</p>
</body></html>`,
  };
}

/** Sends codes directly, not through the outbox: a code is a secret and is stored nowhere. */
export class CodeMailer {
  private readonly client: MailClient;

  constructor(
    private readonly settings: MailSettings,
    private readonly newId: () => string,
  ) {
    this.client = new MailClient(settings);
  }

  /** @throws DeliveryFailure; the person may request another code */
  send(mail: CodeMail, signal: AbortSignal): Promise<void> {
    const messageId = `<${this.newId()}@${new URL(this.settings.publicUrl).hostname}>`;
    return this.client.send(
      { ...writeCodeMail(mail, this.settings.language), to: mail.to, messageId },
      signal,
    );
  }
}
