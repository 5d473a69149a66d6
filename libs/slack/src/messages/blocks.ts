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
import { TEXTS } from './words.js';

/** A message: `text` is what a reader hears where blocks are not shown. */
export interface Rendered {
  text: string;
  blocks: KnownBlock[];
}

/**
 * Text in which nothing comes alive: whatever a person wrote goes here and nowhere else. It is made visible
 * (`oneLine`, `lines`) by whoever hands it over.
 */
export const plain = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: cut(text === '' ? ' ' : text, most),
  emoji: false,
});

/** Our own words, with dates and links of our own: never what a person wrote. `verbatim`: nothing is linked by itself. */
export const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

/** A link of ours. */
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

/** A label of ours with its value, for a section's fields: they stand in two columns. */
export type Row = [label: string, value: PlainTextElement | MrkdwnElement];

/** Labels left, values right. */
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

/** What a button asks before it acts: one sentence. */
export const confirm = (
  title: string,
  sentence: string,
  yes: string,
  style?: 'danger',
): ConfirmationDialog => ({
  title: plain(title, LIMITS.confirm.title),
  text: plain(sentence, LIMITS.confirm.text),
  confirm: plain(yes, LIMITS.confirm.button),
  deny: plain('Back', LIMITS.confirm.button),
  ...(style === undefined ? {} : { style }),
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

/** UTF-8 bytes of blocks as they go over the wire. */
export const bytesOf = (blocks: readonly KnownBlock[]): number =>
  new TextEncoder().encode(JSON.stringify(blocks)).length;

/** One sentence to one person, names of people among it, and a link of ours where it leads on. */
export const saying = (sentence: string, url?: string): Rendered => ({
  text: inFallback(sentence),
  blocks: [
    paragraph(sentence),
    ...(url === undefined ? [] : [section(mrkdwn(link(url, TEXTS.openInBrowser)))]),
  ],
});
