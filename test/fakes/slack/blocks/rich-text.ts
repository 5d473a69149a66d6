import { flag, list, object, oneOf, type Rule, type Shape, string, typed, url, whole } from './rules.js';

const styled: Shape = {
  'style?': object({ 'bold?': flag, 'italic?': flag, 'strike?': flag, 'code?': flag }),
};
const leaf = (type: string, shape: Shape): Rule => object({ type: oneOf(type), ...styled, ...shape });

const run = {
  text: leaf('text', { text: string(3_000) }),
  link: leaf('link', { url: url(3_000), 'text?': string(3_000) }),
};
const runs: Rule = typed(
  {
    ...run,
    user: leaf('user', { user_id: string(32) }),
    channel: leaf('channel', { channel_id: string(32) }),
    emoji: leaf('emoji', { name: string(100) }),
    broadcast: leaf('broadcast', { range: oneOf('here', 'channel', 'everyone') }),
    date: leaf('date', {
      timestamp: whole(0, 9_999_999_999),
      format: string(200),
      'url?': url(3_000),
      'fallback?': string(300),
    }),
  },
  'rich text',
);

const section = object({ type: oneOf('rich_text_section'), elements: list(runs, 1, 100) });
const border: Shape = { 'border?': whole(0, 1) };

/** The parts of a `rich_text` block. */
export const richText: Rule = typed(
  {
    rich_text_section: section,
    rich_text_preformatted: object({
      type: oneOf('rich_text_preformatted'),
      ...border,
      elements: list(typed(run, 'preformatted text'), 1, 100),
    }),
    rich_text_quote: object({ type: oneOf('rich_text_quote'), ...border, elements: list(runs, 1, 100) }),
    rich_text_list: object({
      type: oneOf('rich_text_list'),
      ...border,
      style: oneOf('bullet', 'ordered'),
      'indent?': whole(0, 8),
      elements: list(section, 1, 100),
    }),
  },
  'rich text',
);
