import type { Language } from '@countersign/contract';
import { htmlEnd, htmlStart, type MailContent } from './layout.js';
import { MailClient } from './mail-client.js';
import type { MailSettings } from './settings.js';
import { escapeHtml, oneLine } from './text.js';
import { WORDS } from './words/index.js';

/** A sign-in code, valid only in the browser that requested it. */
interface CodeMail {
  to: string;
  /** The organisation's name. */
  tenant: string;
  code: string;
  minutes: number;
}

/** The code that confirms a notice address. */
interface AddressCodeMail {
  to: string;
  /** The organisation's name. */
  tenant: string;
  code: string;
  hours: number;
}

const HALF = 4;

/** Writes the mail. It has no link: a scanner finds nothing to open, and readers learn not to follow links. */
function writeCodeMail(
  { subject, sentence, footer }: { subject: string; sentence: string; footer: string },
  code: string,
  language: Language,
): MailContent {
  const codeText = `${code.slice(0, HALF)}-${code.slice(HALF)}`;
  return {
    subject,
    text: [sentence, `    ${codeText}`, footer].join('\n\n').concat('\n'),
    html: [
      htmlStart(language, subject),
      `<p style="margin:0 0 16px;line-height:1.5">${escapeHtml(sentence)}</p>`,
      `<p style="margin:0 0 24px;font:600 28px ui-monospace,Menlo,Consolas,monospace;letter-spacing:0.1em">${escapeHtml(codeText)}</p>`,
      htmlEnd(footer),
    ].join('\n'),
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
  send({ to, tenant, code, minutes }: CodeMail, signal: AbortSignal): Promise<void> {
    const { subject, sentence, footer } = WORDS[this.settings.language].access.code;
    const words = { subject, sentence: sentence(oneLine(tenant), minutes), footer };
    return this.sendCode(to, words, code, signal);
  }

  /** Sends the code that confirms a notice address. @throws DeliveryFailure */
  sendAddressCode({ to, tenant, code, hours }: AddressCodeMail, signal: AbortSignal): Promise<void> {
    const { subject, sentence, footer } = WORDS[this.settings.language].address.code;
    const name = oneLine(tenant);
    return this.sendCode(
      to,
      { subject: subject(name), sentence: sentence(name, hours), footer },
      code,
      signal,
    );
  }

  private async sendCode(
    to: string,
    words: Parameters<typeof writeCodeMail>[0],
    code: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { publicUrl, language } = this.settings;
    const messageId = `<${this.newId()}@${new URL(publicUrl).hostname}>`;
    await this.client.send({ ...writeCodeMail(words, code, language), to: [to], messageId }, signal);
  }
}
