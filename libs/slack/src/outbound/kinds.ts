import { declarationOf, type NoticeKindWith } from '@countersign/contract';

/** Kinds that update the card of their request, with a line in its thread. */
export type SlackKind = NoticeKindWith<{ slack: 'card' | 'every-card' }>;

/**
 * Kinds that are a message with a link: the person acts on the page, because the action needs a passkey or a stronger sign-in than
 * a press in Slack.
 */
export type PageKind = NoticeKindWith<{ slack: 'message' }>;

export const isPageKind = (kind: string): kind is PageKind => declarationOf(kind).slack === 'message';

export const isSlackKind = (kind: string): kind is SlackKind =>
  declarationOf(kind).slack !== undefined && !isPageKind(kind);
