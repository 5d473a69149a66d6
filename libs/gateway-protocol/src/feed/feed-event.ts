import { z } from 'zod';
import { id, moment } from '../shapes.js';
import { changeData, heartbeatData, place, resumeData, snapshotData } from './feed-data.js';

const MARK = /^[A-Za-z0-9_-]{1,64}$/;
const head = { ...place, time: moment, gateway: id('gtw') };
/** `mark` tells the change at this place from the one that another history of the same epoch has there. */
const told = { ...head, mark: z.string().regex(MARK, 'is no mark').exactOptional() };

/** The signed payload of one feed event. Strict: an unknown type or member is refused, since it may forbid. */
export const feedEvent = z.discriminatedUnion('type', [
  z.strictObject({ ...told, type: z.literal('snapshot'), data: snapshotData }),
  z.strictObject({ ...head, type: z.literal('resume'), data: resumeData }),
  z.strictObject({ ...told, type: z.literal('change'), data: changeData }),
  z.strictObject({ ...head, type: z.literal('heartbeat'), data: heartbeatData }),
]);
export type FeedEvent = z.infer<typeof feedEvent>;

/** A place in the feed. `seq` counts changes without gaps within an epoch; a later epoch stands above every seq. */
export type FeedPlace = { epoch: number; seq: number };

/** The highest place that a gateway has reached, with the mark that stood there where it had one. */
export type SeenPlace = FeedPlace & { mark?: string };

/** The SSE id, and what a gateway sends back as `Last-Event-ID`. */
export function formatFeedPlace({ epoch, seq }: FeedPlace): string {
  return `${epoch}.${seq}`;
}

/** Reads a `Last-Event-ID`. Undefined for anything that `formatFeedPlace` would not write. */
export function parseFeedPlace(text: string): FeedPlace | undefined {
  const parts = /^([1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/.exec(text);
  return parts === null ? undefined : { epoch: Number(parts[1]), seq: Number(parts[2]) };
}

/** What a gateway says of the highest place on its disk: `EPOCH.SEQ`, or `EPOCH.SEQ.MARK`. */
export function formatSeenPlace({ mark, ...place }: SeenPlace): string {
  return formatFeedPlace(place) + (mark === undefined ? '' : `.${mark}`);
}

/** Reads it. Undefined for anything that `formatSeenPlace` would not write. */
export function parseSeenPlace(text: string): SeenPlace | undefined {
  const [epoch, seq, mark, ...more] = text.split('.');
  const place = parseFeedPlace(`${epoch}.${seq}`);
  if (place === undefined || more.length > 0) return undefined;
  if (mark === undefined) return place;
  return MARK.test(mark) ? { ...place, mark } : undefined;
}

/** Below zero when `a` comes before `b`. */
export function compareFeedPlaces(a: FeedPlace, b: FeedPlace): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}
