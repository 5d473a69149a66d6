import type { Language } from '@countersign/contract';
import { escapeHtml } from './text.js';

export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

export type Row = [label: string, value: string[]];

/** What the seal says: `stop` for a denial and for access that ended, `wait` for what needs an answer. */
export type MailTone = 'accent' | 'wait' | 'stop';

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
  tone?: MailTone;
}

/** The mail with one more line at its end. */
export const withLastLine = ({ subject, text, html }: MailContent, line: string): MailContent => ({
  subject,
  text: `${text}\n${line}\n`,
  html: html.replace(HTML_END, () => `${small(line)}\n${HTML_END}`),
});

const HTML_END = '</td></tr></table></td></tr></table></body></html>';
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

// Many mail programs drop style sheets, so each element has its own style, and tables make the layout. There is no image and no
// address but the link: nothing loads when the mail is opened. Colours are those of the pages (apps/web/src/styles/tokens.css);
// programs that read style sheets get the dark ones too.
const FACE = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const INK = '#16181d';
const SOFT = '#555b67';
const LINE = '#dcdee2';
const TONES: Readonly<Record<MailTone, { colour: string; sign: string }>> = {
  accent: { colour: '#23408e', sign: '✓' },
  wait: { colour: '#7a4a00', sign: '…' },
  stop: { colour: '#a41c1c', sign: '–' },
};

/** The dark colours of the pages, for programs that show mail on a dark ground. */
const DARK =
  '@media (prefers-color-scheme: dark){.page{background:#131519!important;color:#eceef2!important}.sheet{background:#1b1e24!important;border-right-color:#333842!important;border-bottom-color:#333842!important;border-left-color:#333842!important}.ink{color:#eceef2!important}.soft{color:#a9b0bc!important}.line{border-color:#333842!important}.accent{color:#a9bcff!important;border-color:#a9bcff!important}.wait{color:#f0c06a!important;border-color:#f0c06a!important}.stop{color:#ff9f98!important;border-color:#ff9f98!important}}';

const paragraph = (text: string): string =>
  `<p style="margin:0 0 16px;line-height:1.5">${escapeHtml(text)}</p>`;
const small = (text: string): string =>
  `<p class="soft" style="margin:8px 0 0;font-size:13px;line-height:1.5;color:${SOFT};overflow-wrap:anywhere">${escapeHtml(text)}</p>`;

/** The start of every mail: the seal with the product's name, in a sheet of at most 600 pixels. */
export function htmlStart(language: Language, subject: string, tone: MailTone = 'accent'): string {
  const { colour, sign } = TONES[tone];
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title><style>${DARK}</style></head>`,
    `<body class="page" style="margin:0;padding:0;background:#fafaf8;color:${INK};${FACE};font-size:16px">`,
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:24px 12px">',
    `<table class="sheet" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border:1px solid ${LINE};border-top:4px solid ${colour};border-radius:6px"><tr><td class="ink" style="padding:24px;text-align:left;color:${INK}">`,
    `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px"><tr><td class="${tone}" width="36" height="36" align="center" valign="middle" style="width:32px;height:32px;border:2px solid ${colour};border-radius:50%;color:${colour};font-size:18px;font-weight:700;line-height:32px">${sign}</td><td class="ink" style="padding-left:12px;font-weight:600;color:${INK}">Countersign</td></tr></table>`,
  ].join('\n');
}

export const htmlEnd = (footer: string): string => [small(footer), HTML_END].join('\n');

const tableRow = ([label, value]: Row): string =>
  `<tr><th class="soft line" align="left" valign="top" scope="row" style="padding:8px 16px 8px 0;border-top:1px solid ${LINE};font-weight:400;color:${SOFT};width:32%">${escapeHtml(label)}</th><td class="line" valign="top" style="padding:8px 0;border-top:1px solid ${LINE};overflow-wrap:anywhere">${value.map(escapeHtml).join('<br>')}</td></tr>`;

function asHtml({
  language,
  subject,
  sentence,
  rows,
  notes,
  link,
  open,
  footer,
  tone = 'accent',
}: Parts): string {
  const { colour } = TONES[tone === 'stop' ? 'accent' : tone];
  return [
    htmlStart(language, subject, tone),
    `<p style="margin:0 0 16px;font-size:20px;line-height:1.35;font-weight:600">${escapeHtml(sentence)}</p>`,
    `<table class="line" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px;font-size:15px;line-height:1.5;border-bottom:1px solid ${LINE}">${rows.map(tableRow).join('')}</table>`,
    ...notes.map(paragraph),
    `<p style="margin:0 0 24px"><a href="${escapeHtml(link)}" style="display:inline-block;padding:12px 24px;border-radius:6px;background:${colour};color:#ffffff;font-weight:600;text-decoration:none">${escapeHtml(open)}</a></p>`,
    htmlEnd(footer),
  ].join('\n');
}
