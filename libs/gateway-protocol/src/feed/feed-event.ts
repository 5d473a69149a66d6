import { z } from 'zod';
import { id, moment } from '../shapes.js';
import { changeData, heartbeatData, place, resumeData, snapshotData } from './feed-data.js';

const head = { ...place, time: moment, gateway: id('gtw') };

/** The signed payload of one feed event. Strict: an unknown type or member is refused, since it may forbid. */
export const feedEvent = z.discriminatedUnion('type', [
  z.strictObject({ ...head, type: z.literal('snapshot'), data: snapshotData }),
  z.strictObject({ ...head, type: z.literal('resume'), data: resumeData }),
  z.strictObject({ ...head, type: z.literal('change'), data: changeData }),
  z.strictObject({ ...head, type: z.literal('heartbeat'), data: heartbeatData }),
]);
export type FeedEvent = z.infer<typeof feedEvent>;
export type FeedEventType = FeedEvent['type'];

/** A place in the feed. `seq` counts changes without gaps within an epoch; a later epoch stands above every seq. */
export type FeedPlace = { epoch: number; seq: number };

/** The SSE id, and what a gateway sends back as `Last-Event-ID`. */
export function formatFeedPlace({ epoch, seq }: FeedPlace): string {
  return `${epoch}.${seq}`;
}

/** Reads a `Last-Event-ID`. Undefined for anything that `formatFeedPlace` would not write. */
export function parseFeedPlace(text: string): FeedPlace | undefined {
  const parts = /^([1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/.exec(text);
  return parts === null ? undefined : { epoch: Number(parts[1]), seq: Number(parts[2]) };
}

/** Below zero when `a` comes before `b`. */
export function compareFeedPlaces(a: FeedPlace, b: FeedPlace): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}
