import type { Rendered } from './block-parts.js';

/** What people wrote is shown as it is: nothing in it becomes a mention, a link or a channel. */
export const contentOf = ({ text, blocks }: Rendered) => ({
  text,
  blocks,
  parse: 'none' as const,
  link_names: false,
});
