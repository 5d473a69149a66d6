import type { Json } from '../messages.js';
import type { World } from '../world.js';
import { type Reader, showDate } from './dates.js';
import { type Show, showMrkdwn } from './mrkdwn.js';

/** What a mention is read as. */
export function mentioned(world: World, what: string): string {
  if (what.startsWith('!')) return `@${what.slice(1).split('^')[0]}`;
  const member = world.members.get(what);
  if (member !== undefined) return `@${member.name}`;
  const channel = world.channels.get(what);
  return channel === undefined ? '@unknown' : `#${channel.name}`;
}

/** Text without any looks: what is read, marks and addresses behind words gone. */
export const words = (world: World, reader: Reader): Show => ({
  text: (plain) => plain,
  bold: (inner) => inner,
  italic: (inner) => inner,
  strike: (inner) => inner,
  code: (plain) => plain,
  pre: (plain) => plain,
  link: (_url, label) => label,
  mention: (what) => mentioned(world, what),
  date: (seconds, format, fallback) => showDate(seconds, format, fallback, reader),
});

/** A text object: `plain_text` as it is, `mrkdwn` shown. */
export function showText(object: unknown, show: Show): string {
  const { type, text, verbatim } = object as Json;
  return type === 'mrkdwn' ? showMrkdwn(String(text), show, verbatim === true) : show.text(String(text));
}
