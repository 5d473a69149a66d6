import { escapeHtml } from './text.js';
import type { Language } from './words/words.js';

export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

export type Row = [label: string, value: string[]];

/** The parts of every mail. People's texts have passed through `oneLine` or `lines`. */
interface Parts {
  language: Language;
  subject: string;
  sentence: string;
  rows: Row[];
  /** Paragraphs below the table. */
  notes: string[];
  /** The only link, and its label. */
  link: string;
  open: string;
  footer: string;
}

/** The mail with one more line at its end. */
export const withLastLine = ({ subject, text, html }: MailContent, line: string): MailContent => ({
  subject,
  text: `${text}\n${line}\n`,
  html: html.replace(HTML_END, () => `<p>${escapeHtml(line)}</p>\n${HTML_END}`),
});

const HTML_END = '</body></html>';
const LONGEST_SUBJECT = 200;

/** The same mail as text and as HTML. */
export const layOut = (parts: Parts): MailContent => ({
  subject: [...parts.subject].slice(0, LONGEST_SUBJECT).join(''),
  text: asText(parts),
  html: asHtml(parts),
});

function asText({ sentence, rows, notes, link, open, footer }: Parts): string {
  const table = rows.map(([label, value]) =>
    value.length === 1
      ? `${label}: ${value[0]}`
      : [`${label}:`, ...value.map((line) => `  | ${line}`)].join('\n'),
  );
  return [sentence, table.join('\n'), ...notes, `${open}: ${link}`, footer].join('\n\n').concat('\n');
}

function asHtml({ language, subject, sentence, rows, notes, link, open, footer }: Parts): string {
  const table = rows.map(
    ([label, value]) =>
      `<tr><th align="left" valign="top">${escapeHtml(label)}</th><td>${value.map(escapeHtml).join('<br>')}</td></tr>`,
  );
  const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`;
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body>`,
    paragraph(sentence),
    `<table cellpadding="4">${table.join('')}</table>`,
    ...notes.map(paragraph),
    `<p><a href="${escapeHtml(link)}">${escapeHtml(open)}</a></p>`,
    paragraph(footer),
    HTML_END,
  ].join('\n');
}
