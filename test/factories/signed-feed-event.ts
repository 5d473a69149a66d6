import { type KeyObject, sign } from 'node:crypto';
import { type FeedEvent, feedEventToSign } from '@countersign/gateway-protocol';

/** The text of an event, signed as the broker signs it. */
export function signedFeedEvent(event: FeedEvent, feedKey: KeyObject): string {
  const { bytes, signed } = feedEventToSign(event);
  return signed(sign(null, bytes, feedKey));
}

/** What stands behind `data:` in the text of an event. */
export const dataOf = (text: string): string => text.split('\n')[2]?.slice('data: '.length) ?? '';
