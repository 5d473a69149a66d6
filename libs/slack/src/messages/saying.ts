import { link, mrkdwn, paragraph, type Rendered, section } from './block-parts.js';
import { inFallback } from './text.js';
import { TEXTS } from './words.js';

/** One sentence to one person, names of people among it, and a link of ours where it leads on. */
export const saying = (sentence: string, url?: string): Rendered => ({
  text: inFallback(sentence),
  blocks: [
    paragraph(sentence),
    ...(url === undefined ? [] : [section(mrkdwn(link(url, TEXTS.openInBrowser)))]),
  ],
});
