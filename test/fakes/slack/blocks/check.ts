import { SlackError } from '../errors.js';
import { element } from './elements.js';
import { option, optionGroups, plain, text } from './objects.js';
import { richText } from './rich-text.js';
import {
  all,
  fault,
  flag,
  isRecord,
  list,
  object,
  oneOf,
  type Rule,
  type Shape,
  string,
  typed,
  url,
  type Walk,
} from './rules.js';

export type Surface = Walk['surface'];

export const MESSAGE_BLOCKS = 50;
export const VIEW_BLOCKS = 100;
/** UTF-8 bytes of a message's blocks as JSON. Slack names no number; more than this was seen refused. */
export const MESSAGE_BLOCK_BYTES = 13_000;
export const VIEW_BYTES = 250_000;

const blockId: Rule = (value, pointer, walk) => {
  string(255)(value, pointer, walk);
  if (walk.blockIds.has(String(value))) fault(walk, pointer, `block_id ${value} already exists`);
  walk.blockIds.add(String(value));
};

const block = (type: string, shape: Shape): Rule =>
  object({ type: oneOf(type), 'block_id?': blockId, ...shape });

const on =
  (surfaces: readonly Surface[], rule: Rule): Rule =>
  (value, pointer, walk) => {
    if (!surfaces.includes(walk.surface)) fault(walk, pointer, `not allowed in a ${walk.surface}`);
    rule(value, pointer, walk);
  };

const needsTextOrFields: Rule = (value, pointer, walk) => {
  if (isRecord(value) && value['text'] === undefined && value['fields'] === undefined)
    fault(walk, pointer, 'must have text or fields');
};

const contextElement: Rule = (value, pointer, walk) =>
  isRecord(value) && value['type'] === 'image'
    ? element('context')(value, pointer, walk)
    : text()(value, pointer, walk);

/** Slack's blocks, each with its limits. What is not here is refused. */
export const BLOCKS: Record<string, Rule> = {
  divider: block('divider', {}),
  header: block('header', { text: plain(150) }),
  section: all(
    block('section', {
      'text?': text(),
      'fields?': list(text(2_000), 1, 10),
      'accessory?': element('accessory'),
      'expand?': flag,
    }),
    needsTextOrFields,
  ),
  context: block('context', { elements: list(contextElement, 1, 10) }),
  actions: block('actions', { elements: list(element('actions'), 1, 25) }),
  image: block('image', { image_url: url(3_000), alt_text: string(2_000), 'title?': plain(2_000) }),
  rich_text: block('rich_text', { elements: list(richText, 1, 100) }),
  // Stricter than Slack, which takes it in messages by now: no one could submit it there.
  input: on(
    ['modal', 'home'],
    block('input', {
      label: plain(2_000),
      element: element('input'),
      'hint?': plain(2_000),
      'optional?': flag,
      'dispatch_action?': flag,
    }),
  ),
};

const eachBlock: Rule = (value, pointer, walk) => {
  walk.actionIds = new Set();
  typed(BLOCKS, 'block')(value, pointer, walk);
};

const VIEW: Shape = {
  'private_metadata?': string(3_000, 0),
  'callback_id?': string(255, 0),
  'external_id?': string(255, 0),
  blocks: list(eachBlock, 1, VIEW_BLOCKS),
};

const submitForInputs: Rule = (value, pointer, walk) => {
  if (!isRecord(value) || !Array.isArray(value['blocks']) || value['submit'] !== undefined) return;
  if (value['blocks'].some((each) => isRecord(each) && each['type'] === 'input'))
    fault(walk, pointer, 'submit is required when an input block is within the blocks');
};

const VIEWS: Record<'modal' | 'home', Rule> = {
  home: object({ type: oneOf('home'), ...VIEW }),
  modal: all(
    object({
      type: oneOf('modal'),
      title: plain(24),
      'submit?': plain(24),
      'close?': plain(24),
      'clear_on_close?': flag,
      'notify_on_close?': flag,
      ...VIEW,
    }),
    submitForInputs,
  ),
};

const walkFor = (surface: Surface): Walk => ({
  surface,
  faults: [],
  blockIds: new Set(),
  actionIds: new Set(),
  focused: 0,
});

const lines = ({ faults }: Walk): string[] =>
  faults.map(({ pointer, message }) => `[ERROR] ${message} [json-pointer:${pointer}]`);

/**
 * The blocks of a message, as Slack would take them.
 * @throws SlackError `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long`
 */
export function checkMessageBlocks(blocks: unknown): void {
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format');
  const walk = walkFor('message');
  list(eachBlock, 0, MESSAGE_BLOCKS)(blocks, '/blocks', walk);
  if (walk.faults.length > 0) throw new SlackError('invalid_blocks', lines(walk));
  if (Buffer.byteLength(JSON.stringify(blocks)) > MESSAGE_BLOCK_BYTES)
    throw new SlackError('msg_blocks_too_long');
}

/**
 * A view, as Slack would take it for this surface.
 * @throws SlackError `invalid_arguments`, `view_too_large`
 */
export function checkView(view: unknown, surface: 'modal' | 'home'): void {
  const walk = walkFor(surface);
  VIEWS[surface](view, '/view', walk);
  if (walk.faults.length > 0) throw new SlackError('invalid_arguments', lines(walk));
  if (Buffer.byteLength(JSON.stringify(view)) > VIEW_BYTES) throw new SlackError('view_too_large');
}

/**
 * What an app answers while someone types into an external select.
 * @returns the faults
 */
export function suggestionFaults(answer: unknown): string[] {
  const walk = walkFor('modal');
  const grouped = isRecord(answer) && answer['option_groups'] !== undefined;
  object(grouped ? { option_groups: optionGroups } : { options: list(option, 0, 100) })(answer, '', walk);
  return lines(walk);
}
