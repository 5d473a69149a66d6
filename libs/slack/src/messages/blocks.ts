import type { Language, LogPoint } from '@countersign/contract';
import { logPointText } from '@countersign/wording';
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
} from '@slack/types';
import { LIMITS } from './limits.js';
import { cut, escapeMrkdwn, inFallback } from './text.js';
import { wordsOf } from './words/index.js';

/** A message. `text` is the fallback for notifications and screen readers. */
export interface Rendered {
  text: string;
  blocks: KnownBlock[];
}

/**
 * Text that Slack never interprets. Anything that a person wrote goes here and nowhere else. The caller first makes
 * hidden characters visible (`oneLine`, `lines`).
 */
export const plain = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: cut(text === '' ? ' ' : text, most),
  emoji: false,
});

/** Our own text, with our own dates and links; never what a person wrote. `verbatim` stops automatic links. */
export const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** A link to one of our pages. */
export const link = (url: string, words: string): string => `<${escapeMrkdwn(url)}|${escapeMrkdwn(words)}>`;

export const header = (text: string): HeaderBlock => ({ type: 'header', text: plain(text, LIMITS.header) });

export const section = (text: PlainTextElement | MrkdwnElement): SectionBlock => ({ type: 'section', text });

export const paragraph = (text: string, most: number = LIMITS.section): SectionBlock =>
  section(plain(text, most));

export const context = (...elements: (PlainTextElement | MrkdwnElement)[]): ContextBlock => ({
  type: 'context',
  elements: elements.slice(0, LIMITS.context),
});

export const aside = (text: string): PlainTextElement => plain(text, LIMITS.contextText);

/** A label and its value, for the two columns of a section's fields. */
export type Row = [label: string, value: PlainTextElement | MrkdwnElement];

/** Rows in two columns: labels left, values right. */
export function rows(list: readonly Row[]): SectionBlock[] {
  const each = LIMITS.fields / 2;
  const sections: SectionBlock[] = [];
  for (let at = 0; at < list.length; at += each)
    sections.push({
      type: 'section',
      fields: list.slice(at, at + each).flatMap(([label, value]) => [mrkdwn(`*${label}*`), value]),
    });
  return sections;
}

export const value = (text: string, most: number = LIMITS.field): PlainTextElement => plain(text, most);

/** The question that a button asks before it acts: one sentence. */
export const confirm = (
  language: Language,
  { title, text, yes }: { title: string; text: string; yes: string },
): ConfirmationDialog => ({
  title: plain(title, LIMITS.confirm.title),
  text: plain(text, LIMITS.confirm.text),
  confirm: plain(yes, LIMITS.confirm.button),
  deny: plain(wordsOf({ language }).confirm.back, LIMITS.confirm.button),
});

export const button = (
  action: string,
  words: string,
  more: { value?: string; url?: string; style?: 'primary' | 'danger'; confirm?: ConfirmationDialog } = {},
): Button => ({
  type: 'button',
  action_id: action,
  text: plain(words, LIMITS.button.text),
  ...more,
});

export const actions = (block: string, elements: Button[]): ActionsBlock[] =>
  elements.length === 0
    ? []
    : [{ type: 'actions', block_id: block, elements: elements.slice(0, LIMITS.actions) }];

/** Size of the blocks as JSON, in UTF-8 bytes. */
export const bytesOf = (blocks: readonly KnownBlock[]): number =>
  new TextEncoder().encode(JSON.stringify(blocks)).length;

/** A message with how far the tenant's log had grown, in a last line. */
export const withLogPoint = ({ text, blocks }: Rendered, log: LogPoint, language: Language): Rendered => ({
  text,
  blocks: [...blocks, context(aside(logPointText(log, language)))],
});

/** A message of one sentence, which may contain names of people, with an optional link to one of our pages. */
export const sentenceMessage = (language: Language, sentence: string, url?: string): Rendered => ({
  text: inFallback(sentence),
  blocks: [
    paragraph(sentence),
    ...(url === undefined ? [] : [section(mrkdwn(link(url, wordsOf({ language }).openInBrowser)))]),
  ],
});
