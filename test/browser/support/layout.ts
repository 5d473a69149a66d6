import type { Locator, Page } from 'playwright-core';

/** Options of commands that a line break cuts after their `--` or at another of their hyphens. */
export const brokenOptions = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`document.fonts.ready.then(() => {
    const broken = [];
    for (const code of document.querySelectorAll('code')) {
      const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const { currentNode: node } = texts;
        for (const { 0: option, index } of node.data.matchAll(/--[a-z-]+/g)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + option.length);
          if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(option);
        }
      }
    }
    return broken;
  })`);

/** How many pixels of a list's chosen entry do not fit beside the list's arrow, which takes about 20. */
export async function cutOff(list: Locator): Promise<number> {
  const chosen = (await list.locator('option:checked').textContent()) ?? '';
  return list.evaluate(async (element, text) => {
    const { ownerDocument, clientWidth } = element;
    await ownerDocument.fonts.ready;
    const style = ownerDocument.defaultView?.getComputedStyle(element);
    const pen = ownerDocument.createElement('canvas').getContext('2d');
    if (style === undefined || pen === null) throw new Error('The page is not shown');
    pen.font = style.font;
    const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    return Math.max(0, Math.ceil(pen.measureText(text).width + padding + 20 - clientWidth));
  }, chosen);
}
