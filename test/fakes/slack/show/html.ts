import { isRecord } from '../blocks/rules.js';
import { stateValues } from '../fields.js';
import type { Json, Message } from '../messages.js';
import type { OpenView } from '../model.js';
import type { World } from '../world.js';
import { type Reader, showDate } from './dates.js';
import { htmlField } from './html-field.js';
import type { Show } from './mrkdwn.js';
import { STYLE } from './style.js';
import { mentioned, showText } from './words.js';

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const lines = (text: string): string => escaped(text).replaceAll('\n', '<br>');

/** Text with its looks, as HTML. */
export const markup = (world: World, reader: Reader): Show => ({
  text: lines,
  bold: (inner) => `<b>${inner}</b>`,
  italic: (inner) => `<i>${inner}</i>`,
  strike: (inner) => `<s>${inner}</s>`,
  code: (plain) => `<code>${escaped(plain)}</code>`,
  pre: (plain) => `<pre>${escaped(plain)}</pre>`,
  link: (_url, label) => `<a>${escaped(label)}</a>`,
  mention: (what) => `<span class="mention">${escaped(mentioned(world, what))}</span>`,
  date: (seconds, format, fallback) => escaped(showDate(seconds, format, fallback, reader)),
});

/** A page that shows these parts one below the other. */
export const htmlPage = (...parts: readonly string[]): string =>
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>${parts.join('')}</main>`;

/** A message with its author and time, and the thread below it. */
export function htmlMessage(
  world: World,
  message: Message,
  reader: Reader,
  thread: readonly Message[] = [],
): string {
  const show = markup(world, reader);
  const author = world.members.get(message.user);
  const time = showDate((message.editions[0]?.at ?? 0) / 1000, '{time}', '', reader);
  const edited = message.editions.length > 1 ? ' <small>(edited)</small>' : '';
  const body =
    message.blocks.length === 0
      ? `<p>${showText({ type: 'mrkdwn', text: message.text }, show)}${edited}</p>`
      : htmlBlocks(message.blocks, show);
  const name = escaped(author?.realName ?? 'somebody');
  const badge = author?.bot ? '<span class="badge">APP</span>' : '';
  const head = `<header><b>${name}</b>${badge}<time>${time}</time></header>`;
  const replies = thread.map((reply) => htmlMessage(world, reply, reader)).join('');
  const below = replies === '' ? '' : `<div class="thread">${replies}</div>`;
  return `<article><span class="face">${name.slice(0, 1)}</span><div class="body">${head}${body}${below}</div></article>`;
}

/** A modal or a home. */
export function htmlView(world: World, view: OpenView, reader: Reader): string {
  const show = markup(world, reader);
  const { title, submit, close } = view.content;
  const blocks = htmlBlocks(view.content['blocks'] as Json[], show, view);
  if (view.type === 'home') return `<section class="home">${blocks}</section>`;
  const buttons = [close, submit]
    .filter(isRecord)
    .map((each) => `<span class="button${each === submit ? ' primary' : ''}">${showText(each, show)}</span>`);
  const foot = buttons.length === 0 ? '' : `<footer>${buttons.join('')}</footer>`;
  return `<section class="modal"><h1>${showText(title, show)}</h1>${blocks}${foot}</section>`;
}

const htmlBlocks = (blocks: readonly Json[], show: Show, view?: OpenView): string =>
  blocks.map((block) => htmlBlock(block, show, view)).join('');

function htmlBlock(block: Json, show: Show, view: OpenView | undefined): string {
  const shown = (object: unknown) => showText(object, show);
  const elements = (block['elements'] as Json[] | undefined) ?? [];
  const id = String(block['block_id']);
  const values = stateValues([block], view?.values ?? {})[id] ?? {};
  const field = (element: unknown) => htmlField(element as Json, values, shown);
  switch (block['type']) {
    case 'divider':
      return '<hr>';
    case 'header':
      return `<h2>${shown(block['text'])}</h2>`;
    case 'section': {
      const fields = ((block['fields'] as Json[] | undefined) ?? []).map((each) => `<p>${shown(each)}</p>`);
      const text = block['text'] === undefined ? '' : `<p>${shown(block['text'])}</p>`;
      const grid = fields.length === 0 ? '' : `<div class="fields">${fields.join('')}</div>`;
      const beside = block['accessory'] === undefined ? '' : `<div>${field(block['accessory'])}</div>`;
      return `<div class="section"><div>${text}${grid}</div>${beside}</div>`;
    }
    case 'context':
      return `<p class="context">${elements.map((each) => (each['type'] === 'image' ? '' : shown(each))).join('&emsp;')}</p>`;
    case 'actions':
      return `<div class="actions">${elements.map(field).join('')}</div>`;
    case 'rich_text':
      return elements.map((each) => richText(each, show)).join('');
    case 'input': {
      const optional = block['optional'] === true ? ' <small>(optional)</small>' : '';
      const hint = block['hint'] === undefined ? '' : `<small>${shown(block['hint'])}</small>`;
      const error = view?.errors[id];
      const wrong = error === undefined ? '' : `<p class="error">${escaped(error)}</p>`;
      return `<div class="input"><b>${shown(block['label'])}</b>${optional}${field(block['element'])}${hint}${wrong}</div>`;
    }
    default:
      return '';
  }
}

function richText(part: Json, show: Show): string {
  const parts = ((part['elements'] as Json[] | undefined) ?? []).map((each) => {
    if (each['elements'] !== undefined) return `<li>${richText(each, show)}</li>`;
    if (each['type'] === 'date')
      return show.date(Number(each['timestamp']), String(each['format']), String(each['fallback'] ?? ''));
    if (each['type'] === 'user') return show.mention(String(each['user_id']));
    const text = show.text(String(each['text'] ?? each['url'] ?? `:${each['name']}:`));
    return isRecord(each['style']) && each['style']['bold'] === true ? show.bold(text) : text;
  });
  const inner = parts.join('');
  switch (part['type']) {
    case 'rich_text_preformatted':
      return `<pre>${inner}</pre>`;
    case 'rich_text_quote':
      return `<blockquote>${inner}</blockquote>`;
    case 'rich_text_list':
      return part['style'] === 'ordered' ? `<ol>${inner}</ol>` : `<ul>${inner}</ul>`;
    default:
      return `<p>${inner}</p>`;
  }
}
