import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { ProtocolError } from '../errors.js';
import { parseJson, parseShape } from '../shapes.js';
import { type FeedEvent, feedEvent, formatFeedPlace } from './feed-event.js';

/** The SSE `data`: the payload is text, so that the signed bytes are exactly the bytes that are parsed. */
const envelope = z.strictObject({ payload: z.string(), signature: z.string() });
type FeedEnvelope = z.infer<typeof envelope>;

/** Keeps a feed signature from being valid for anything else. */
const CONTEXT = 'countersign-feed/v1\n';
const signedBytes = (payload: string) => Buffer.from(CONTEXT + payload, 'utf8');

/**
 * Signs an event with the feed key. The signed bytes are UTF-8 `countersign-feed/v1` ‖ 0x0A ‖ payload. Throws ProtocolError
 * `invalid_event` for an event that gateways would refuse.
 */
export function signFeedEvent(event: FeedEvent, feedKey: KeyObject): FeedEnvelope {
  const payload = JSON.stringify(parseShape(feedEvent, event, 'invalid_event'));
  return { payload, signature: sign(null, signedBytes(payload), feedKey).toString('base64url') };
}

/**
 * Parses the SSE `data` of one event: the envelope, then the signature over the payload's bytes, then the payload. It parses
 * nothing of the payload before the signature is verified.
 * Throws ProtocolError `invalid_envelope`, `bad_signature` or `invalid_event`.
 */
export function verifyFeedEnvelope(data: string, feedKey: KeyObject): FeedEvent {
  const { payload, signature } = parseShape(
    envelope,
    parseJson(data, 'invalid_envelope'),
    'invalid_envelope',
  );
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.toString('base64url') !== signature || !verify(null, signedBytes(payload), feedKey, bytes)) {
    throw new ProtocolError('bad_signature', 'the event is not signed by the pinned feed key');
  }
  return parseShape(feedEvent, parseJson(payload, 'invalid_event'), 'invalid_event');
}

/** The signed event as server-sent event text: `id`, `event`, `data`, blank line. */
export function formatFeedEvent(event: FeedEvent, feedKey: KeyObject): string {
  const data = JSON.stringify(signFeedEvent(event, feedKey));
  return `id: ${formatFeedPlace(event)}\nevent: ${event.type}\ndata: ${data}\n\n`;
}
