import { isRecord } from '../blocks/rules.js';
import type { Json, Message } from '../messages.js';
import { type Show, showMrkdwn } from './mrkdwn.js';

/** What of a message does something beside being read. */
export interface Alive {
  /** Whom it calls: ids, `!channel`. */
  mentions: string[];
  /** Where its words lead. */
  links: string[];
}

/** Finds every mention and link in a message's text and blocks, wherever Slack would bring them to life. */
export function alive(message: Pick<Message, 'text' | 'blocks'>): Alive {
  const found: Alive = { mentions: [], links: [] };
  const same = (inner: string): string => inner;
  const show: Show = {
    ...{ text: same, bold: same, italic: same, strike: same, code: same, pre: same },
    link: (url, label) => {
      found.links.push(url);
      return label;
    },
    mention: (what) => {
      found.mentions.push(what);
      return what;
    },
    date: (_seconds, _format, fallback) => fallback,
  };
  showMrkdwn(message.text, show);
  walk(message.blocks, (object) => {
    const { type } = object;
    if (type === 'mrkdwn') showMrkdwn(String(object['text']), show, object['verbatim'] === true);
    if (type === 'link') found.links.push(String(object['url']));
    if (type === 'user') found.mentions.push(String(object['user_id']));
    if (type === 'broadcast') found.mentions.push(`!${object['range']}`);
  });
  return found;
}

/** Visits every object within. */
export function walk(value: unknown, visit: (object: Json) => void): void {
  if (Array.isArray(value)) for (const each of value) walk(each, visit);
  if (!isRecord(value)) return;
  visit(value);
  for (const each of Object.values(value)) walk(each, visit);
}
