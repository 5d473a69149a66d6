import { generateKeyPairSync } from 'node:crypto';
import { dataOf, signedFeedEvent } from '../../../../test/factories/signed-feed-event.js';
import { exportEd25519PublicKey, importEd25519PublicKey } from '../ed25519.js';
import { feedEventToSign, verifyFeedEnvelope } from './envelope.js';
import { compareFeedPlaces, type FeedEvent, formatFeedPlace, parseFeedPlace } from './feed-event.js';

const feed = generateKeyPairSync('ed25519');
const heartbeat: FeedEvent = {
  epoch: 1,
  seq: 4,
  time: '2026-11-24T15:00:00.000Z',
  gateway: 'gtw_01980000-0000-7000-8000-000000000001',
  type: 'heartbeat',
  data: {},
};

describe('feed envelope', () => {
  test('a signed event opens with the pinned key, also after the key went through its raw form', () => {
    const pinned = importEd25519PublicKey(exportEd25519PublicKey(feed.privateKey));
    expect(verifyFeedEnvelope(dataOf(signedFeedEvent(heartbeat, feed.privateKey)), pinned)).toEqual(
      heartbeat,
    );
  });

  test('another key, an altered payload, an altered or re-spelt signature: bad_signature', () => {
    const { payload, signature } = JSON.parse(dataOf(signedFeedEvent(heartbeat, feed.privateKey)));
    const other = generateKeyPairSync('ed25519');
    const open =
      (envelope: object, key = feed.publicKey) =>
      () =>
        verifyFeedEnvelope(JSON.stringify(envelope), key);
    const refused = expect.objectContaining({ code: 'bad_signature' });
    expect(open({ payload, signature }, other.publicKey)).toThrow(refused);
    expect(open({ payload: payload.replace('"seq":4', '"seq":5'), signature })).toThrow(refused);
    expect(open({ payload, signature: `${signature}==` })).toThrow(refused);
    expect(open({ payload, signature: '' })).toThrow(refused);
  });

  test('P13: an unknown member, type or a half change of routes is refused though it is signed', () => {
    const sign = (event: object) => () => feedEventToSign(event as FeedEvent);
    const refused = expect.objectContaining({ code: 'invalid_event' });
    expect(sign({ ...heartbeat, more: 1 })).toThrow(refused);
    expect(sign({ ...heartbeat, type: 'rumour' })).toThrow(refused);
    expect(sign({ ...heartbeat, data: { grants: [] } })).toThrow(refused);
    expect(sign({ ...heartbeat, type: 'change', data: { services: [] } })).toThrow(refused);
    expect(sign({ ...heartbeat, time: '2026-11-24T15:00:00Z' })).toThrow(refused);
  });

  test('the text of an event is one SSE block with its place as id', () => {
    const lines = signedFeedEvent(heartbeat, feed.privateKey).split('\n');
    expect(lines.slice(0, 2)).toEqual(['id: 1.4', 'event: heartbeat']);
    expect(lines.slice(3)).toEqual(['', '']);
    expect(verifyFeedEnvelope(lines[2]!.slice('data: '.length), feed.publicKey)).toEqual(heartbeat);
  });

  test('places are read in one spelling and a later epoch stands above every seq', () => {
    expect(parseFeedPlace(formatFeedPlace({ epoch: 2, seq: 0 }))).toEqual({ epoch: 2, seq: 0 });
    for (const bad of ['', '1', '1.', '01.2', '1.02', '0.1', '1.2.3', '-1.2', '1.1e3']) {
      expect(parseFeedPlace(bad)).toBeUndefined();
    }
    expect(compareFeedPlaces({ epoch: 2, seq: 0 }, { epoch: 1, seq: 99 })).toBeGreaterThan(0);
    expect(compareFeedPlaces({ epoch: 1, seq: 3 }, { epoch: 1, seq: 3 })).toBe(0);
  });
});
