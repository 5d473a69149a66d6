import { type KeyObject, verify } from 'node:crypto';
import { encodeBase64url, type ToSign } from '@countersign/contract';
import { z } from 'zod';
import { ProtocolError } from '../errors.js';
import { parseJson, parseShape } from '../shapes.js';
import { type FeedEvent, feedEvent, formatFeedPlace } from './feed-event.js';

/** The SSE `data`: the payload is text, so that the signed bytes are exactly the bytes that are parsed. */
const envelope = z.strictObject({ payload: z.string(), signature: z.string() });

/** Keeps a feed signature from being valid for anything else. */
const CONTEXT = 'countersign-feed/v1\n';
const signedBytes = (payload: string) => Buffer.from(CONTEXT + payload, 'utf8');

/**
 * What the feed key has to sign of an event: UTF-8 `countersign-feed/v1` ‖ 0x0A ‖ payload. Signed, it is the text of a
 * server-sent event: `id`, `event`, `data`, blank line. Throws ProtocolError `invalid_event` for an event that gateways would
 * refuse.
 */
export function feedEventToSign(event: FeedEvent): ToSign<string> {
  const payload = JSON.stringify(parseShape(feedEvent, event, 'invalid_event'));
  const place = formatFeedPlace(event);
  return {
    bytes: signedBytes(payload),
    signed: (bytes) => {
      const signature = encodeBase64url(bytes);
      const data = JSON.stringify({ payload, signature } satisfies z.infer<typeof envelope>);
      return `id: ${place}\nevent: ${event.type}\ndata: ${data}\n\n`;
    },
  };
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
