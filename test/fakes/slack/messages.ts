export type Json = Record<string, unknown>;

/** A message as it stood at one time. */
export interface Edition {
  /** Milliseconds since the epoch. */
  at: number;
  text: string;
  blocks: Json[];
}

export interface Message {
  channel: string;
  ts: string;
  threadTs: string | null;
  /** The key of the installation that wrote it; null for a person's. */
  installation: string | null;
  user: string;
  text: string;
  blocks: Json[];
  metadata: Json | null;
  unfurls: boolean;
  /** Every edition, the first first; the last is what is shown. */
  editions: Edition[];
  deleted: boolean;
  /** Who alone sees it; null for a message to all. */
  onlyFor: string | null;
}

export interface Draft {
  text: string;
  blocks: Json[];
  threadTs: string | null;
  metadata: Json | null;
  unfurls?: boolean;
}

/** A new message, not yet in any channel. */
export const messageOf = (
  draft: Draft,
  place: {
    channel: string;
    ts: string;
    at: number;
    user: string;
    installation: string | null;
    onlyFor?: string;
  },
): Message => ({
  channel: place.channel,
  ts: place.ts,
  threadTs: draft.threadTs,
  installation: place.installation,
  user: place.user,
  text: draft.text,
  blocks: draft.blocks,
  metadata: draft.metadata,
  unfurls: draft.unfurls ?? true,
  editions: [{ at: place.at, text: draft.text, blocks: draft.blocks }],
  deleted: false,
  onlyFor: place.onlyFor ?? null,
});

/** Changes what is shown and keeps what was. */
export function edit(message: Message, at: number, text: string, blocks: Json[]): void {
  message.text = text;
  message.blocks = blocks;
  message.editions.push({ at, text, blocks });
}
