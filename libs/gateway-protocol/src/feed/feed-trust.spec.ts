import { generateKeyPairSync } from 'node:crypto';
import { LIFT_TYPE, STOP_TYPE } from '@countersign/contract';
import { sampleTerms } from '../../../../test/factories/grant-token.js';
import { dataOf, signedFeedEvent } from '../../../../test/factories/signed-feed-event.js';
import { AT, LOG_POINT, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { feedEventToSign, verifyFeedEnvelope } from './envelope.js';
import type { ChangeData, FeedEvent } from './feed-event.js';

const ADA = 'usr_0199f0a0-7b2c-7003-8000-000000000001';
const key = new Authenticator();
const feed = generateKeyPairSync('ed25519');
const hash = `sha256:${'a'.repeat(64)}`;

const said = {
  deployment: sampleTerms.deployment,
  tenant: 'acme',
  person: ADA,
  nonce: 'A'.repeat(43),
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-24T15:05:00Z',
  trust: hash,
  log: LOG_POINT,
};
const stop = key.sign({ type: STOP_TYPE, ...said }, AT);
const lift = key.sign({ type: LIFT_TYPE, ...said, stop: hash }, AT);
const chain = [signedTrust(sampleTrust({ [ADA]: [key] }), [key])];

const change = (data: object): FeedEvent => ({
  epoch: 1,
  seq: 4,
  time: '2026-11-24T15:00:00.000Z',
  gateway: 'gtw_01980000-0000-7000-8000-000000000001',
  type: 'change',
  data: data as ChangeData,
});

describe('trust documents, stops and lifts in the feed', () => {
  test('arrive as they were signed', () => {
    const event = change({ trust: [{ tenant: 'acme', chain }], stops: [stop], lifts: [lift] });
    expect(verifyFeedEnvelope(dataOf(signedFeedEvent(event, feed.privateKey)), feed.publicKey)).toEqual(
      event,
    );
  });

  test.each<[string, object]>([
    ['a chain without a version', { trust: [{ tenant: 'acme', chain: [] }] }],
    [
      'a version without a signature',
      { trust: [{ tenant: 'acme', chain: [{ ...chain[0], signatures: [] }] }] },
    ],
    ['a version with a member more', { trust: [{ tenant: 'acme', chain: [{ ...chain[0], more: 1 }] }] }],
    ['a lift among stops', { stops: [lift] }],
    ['a stop among lifts', { lifts: [stop] }],
    ['a stop with a member more', { stops: [{ ...stop, more: 1 }] }],
  ])('P13: %s is refused though it is signed', (_what, data) => {
    expect(() => feedEventToSign(change(data))).toThrow(expect.objectContaining({ code: 'invalid_event' }));
  });
});
