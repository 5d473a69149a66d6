import type { Language, LogPoint } from '@countersign/contract';
import { LOCALES } from './languages.js';

/** Letters of the root in a line for people: 96 bits. The whole root is on the receipt and in webhooks. */
const ROOT_LETTERS = 16;

const LINES: Readonly<Record<Language, (leaves: string, root: string) => string>> = {
  en: (leaves, root) => `Log: ${leaves} leaves, root ${root}…`,
  de: (leaves, root) => `Protokoll: ${leaves} Einträge, Wurzel ${root}…`,
};

/**
 * How far a tenant's log had grown, in one line. Everyone who keeps the message can show later what the log was at that
 * size: mailboxes and channels are witnesses too.
 */
export const logPointText = ({ size, root }: Pick<LogPoint, 'size' | 'root'>, language: Language): string =>
  LINES[language](new Intl.NumberFormat(LOCALES[language]).format(size), root.slice(0, ROOT_LETTERS));
