import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { ProtocolError } from '../errors.js';
import { parseJson, parseWith } from '../shapes.js';
import { type FeedEvent, feedEvent, formatFeedPlace } from './feed-event.js';

/** What stands in the SSE `data`: the payload as text, so that the signed bytes are the bytes that are read. */
const envelope = z.strictObject({ payload: z.string(), signature: z.string() });
type FeedEnvelope = z.infer<typeof envelope>;

/** Keeps a feed signature from meaning anything elsewhere. */
const CONTEXT = 'countersign-feed/v1\n';
const signedBytes = (payload: string) => Buffer.from(CONTEXT + payload, 'utf8');

/** Signs an event with the feed key. Throws ProtocolError `invalid_event` for one that no gateway would believe. */
export function signFeedEvent(event: FeedEvent, feedKey: KeyObject): FeedEnvelope {
  const payload = JSON.stringify(parseWith(feedEvent, event, 'invalid_event'));
  return { payload, signature: sign(null, signedBytes(payload), feedKey).toString('base64url') };
}

/**
 * Reads the SSE `data` of one event: envelope, then signature over the payload's own bytes, then its shape. Nothing
 * of the payload is looked at before the signature holds.
 * Throws ProtocolError `invalid_envelope`, `bad_signature` or `invalid_event`.
 */
export function openFeedEnvelope(data: string, feedKey: KeyObject): FeedEvent {
  const { payload, signature } = parseWith(envelope, parseJson(data, 'invalid_envelope'), 'invalid_envelope');
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.toString('base64url') !== signature || !verify(null, signedBytes(payload), feedKey, bytes)) {
    throw new ProtocolError('bad_signature', 'the event is not signed by the pinned feed key');
  }
  return parseWith(feedEvent, parseJson(payload, 'invalid_event'), 'invalid_event');
}

/** The event as server-sent event text, signed: `id`, `event`, `data`, blank line. */
export function formatFeedEvent(event: FeedEvent, feedKey: KeyObject): string {
  const data = JSON.stringify(signFeedEvent(event, feedKey));
  return `id: ${formatFeedPlace(event)}\nevent: ${event.type}\ndata: ${data}\n\n`;
}
