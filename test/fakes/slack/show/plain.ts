import { isRecord } from '../blocks/rules.js';
import type { Json, Message } from '../messages.js';
import type { OpenView } from '../model.js';
import type { World } from '../world.js';
import type { Reader } from './dates.js';
import type { Show } from './mrkdwn.js';
import { showText, words } from './words.js';

/** A message as it is read: a line for each row, `[Approve]` for a button, `[Choose ▾]` for a menu. */
export function plainMessage(world: World, message: Message, reader: Reader): string {
  const show = words(world, reader);
  if (message.blocks.length === 0) return showText({ type: 'mrkdwn', text: message.text }, show);
  return plainBlocks(message.blocks, show);
}

/** A view as it is read, its title first, its buttons last; errors under their fields. */
export function plainView(world: World, view: OpenView, reader: Reader): string {
  const show = words(world, reader);
  const { title, submit, close } = view.content;
  const foot = [close, submit].filter(isRecord).map((each) => `[${showText(each, show)}]`);
  const head = title === undefined ? [] : [showText(title, show)];
  const body = plainBlocks(view.content['blocks'] as Json[], show, view);
  return [...head, body, ...(foot.length === 0 ? [] : [foot.join(' ')])].join('\n');
}

export const plainBlocks = (blocks: readonly Json[], show: Show, view?: OpenView): string =>
  blocks
    .map((block) => plainBlock(block, show, view))
    .filter((line) => line !== '')
    .join('\n');

function plainBlock(block: Json, show: Show, view: OpenView | undefined): string {
  const shown = (object: unknown) => showText(object, show);
  const elements = (block['elements'] as Json[] | undefined) ?? [];
  const id = String(block['block_id']);
  switch (block['type']) {
    case 'divider':
      return '———';
    case 'header':
      return shown(block['text']);
    case 'section': {
      const fields = ((block['fields'] as Json[] | undefined) ?? []).map(shown);
      const text = block['text'] === undefined ? [] : [shown(block['text'])];
      const beside =
        block['accessory'] === undefined ? [] : [plainElement(block['accessory'], show, view, id)];
      return [...text, ...fields, ...beside].join('\n');
    }
    case 'context':
      return elements
        .map((each) => (each['type'] === 'image' ? '' : shown(each)))
        .join(' ')
        .trim();
    case 'actions':
      return elements.map((each) => plainElement(each, show, view, id)).join(' ');
    case 'image':
      return `(${block['alt_text']})`;
    case 'rich_text':
      return elements.map((each) => richText(each, show)).join('\n');
    case 'input': {
      const error = view?.errors[id];
      const hint = block['hint'] === undefined ? [] : [shown(block['hint'])];
      const field = `${shown(block['label'])}: ${plainElement(block['element'], show, view, id)}`;
      return [field, ...hint, ...(error === undefined ? [] : [`✗ ${error}`])].join('\n');
    }
    default:
      return '';
  }
}

const richText = (part: Json, show: Show): string =>
  ((part['elements'] as Json[] | undefined) ?? [])
    .map((each) => {
      if (each['elements'] !== undefined) return `• ${richText(each, show)}\n`;
      if (each['type'] === 'date')
        return show.date(Number(each['timestamp']), String(each['format']), String(each['fallback'] ?? ''));
      if (each['type'] === 'user') return show.mention(String(each['user_id']));
      if (each['type'] === 'channel') return show.mention(String(each['channel_id']));
      if (each['type'] === 'broadcast') return show.mention(`!${each['range']}`);
      return show.text(String(each['text'] ?? each['url'] ?? `:${each['name']}:`));
    })
    .join('');

function plainElement(value: unknown, show: Show, view: OpenView | undefined, block: string): string {
  const element = value as Json;
  const shown = (object: unknown) => showText(object, show);
  const typed = view?.values[block]?.[String(element['action_id'])];
  switch (element['type']) {
    case 'button':
      return `[${shown(element['text'])}]`;
    case 'overflow':
      return `[⋯ ${(element['options'] as Json[]).map(({ text }) => shown(text)).join(' | ')}]`;
    case 'image':
      return `(${element['alt_text']})`;
    case 'checkboxes':
    case 'radio_buttons': {
      const chosen = new Set(chosenTexts(element, typed, show));
      const all = (element['options'] as Json[]).map(({ text }) => shown(text));
      return all.map((text) => `${chosen.has(text) ? '(•)' : '( )'} ${text}`).join(' ');
    }
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input': {
      const value = isRecord(typed) ? typed['value'] : element['initial_value'];
      return `[${value ?? ''}]`;
    }
    default: {
      const chosen = chosenTexts(element, typed, show);
      const hint = element['placeholder'] === undefined ? '' : shown(element['placeholder']);
      return `[${chosen.length > 0 ? chosen.join(', ') : hint} ▾]`;
    }
  }
}

/** What a menu stands at: chosen by someone, else by the app. */
function chosenTexts(element: Json, typed: unknown, show: Show): string[] {
  const from = isRecord(typed) ? typed : {};
  const options = isRecord(typed)
    ? [from['selected_option'], from['selected_options']]
    : [element['initial_option'], element['initial_options']];
  const texts = options
    .flat()
    .filter(isRecord)
    .map(({ text }) => showText(text, show));
  const plain = [
    from['selected_date'],
    from['selected_time'],
    element['initial_date'],
    element['initial_time'],
  ];
  return texts.length > 0 ? texts : plain.filter((each) => typeof each === 'string').slice(0, 1);
}
