import type { AnchorFile } from '@countersign/audit-log';

/** The content of an anchor file, as each page offers it. */
export const anchorText = (anchor: AnchorFile): string => `${JSON.stringify(anchor, null, 2)}\n`;

export const anchorName = ({ tenant }: Pick<AnchorFile, 'tenant'>): string =>
  `countersign-anchor-${tenant}.json`;
