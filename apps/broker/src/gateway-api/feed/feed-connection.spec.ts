import { generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '@countersign/access';
import { verifyFeedEnvelope } from '@countersign/gateway-protocol';
import { dataOf } from '../../../../../test/factories/signed-feed-event.js';
import type { SseConnection } from '../../http/sse-connection.js';
import { FeedConnection } from './feed-connection.js';
import type { BuiltChange } from './feed-reader.js';

const GATEWAY = 'gtw_01980000-0000-7000-8000-000000000001';
const NONCE = Buffer.alloc(32).toString('base64url');
const feed = generateKeyPairSync('ed25519');
const change = (seq: number, revokedGateway: string | null = null): BuiltChange => ({
  ...{ seq, mark: null, data: {}, revokedGateway },
  about: { tenant: null, service: null },
});
/** Lets everything happen that waits for nothing else. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A feed whose signatures come when a test says so. */
function feedOf() {
  const answers: ((error?: Error) => void)[] = [];
  const signer: Signer = {
    ...{ kid: 'k1', alg: 'EdDSA', publicKey: {} },
    sign: (bytes) =>
      new Promise((resolve, reject) => {
        answers.push((error) => (error ? reject(error) : resolve(sign(null, bytes, feed.privateKey))));
      }),
  };
  const sent: string[] = [];
  const note = (text: string) => {
    const { type, seq } = verifyFeedEnvelope(dataOf(text), feed.publicKey);
    sent.push(`${type} ${seq}`);
    return true;
  };
  const stream = {
    ...{ send: note, sendWhole: note },
    ...{ end: () => void sent.push('end'), cut: () => void sent.push('cut') },
  } as unknown as SseConnection;
  const open = () => {
    sent.push('open');
    return stream;
  };
  const binding = { services: null, tenants: null };
  const connection = new FeedConnection(
    GATEWAY,
    binding,
    () => signer,
    () => new Date(),
  );
  return { connection, answers, sent, begun: connection.resume(NONCE, { epoch: 1, seq: 4 }, open) };
}

describe('a gateway’s feed with a slow signer', () => {
  test('P6: events are sent in their order, in whatever order they are signed', async () => {
    const { connection, answers, sent, begun } = feedOf();
    for (const seq of [5, 6, 7]) connection.change(change(seq));
    connection.heartbeat();
    await settled();
    expect(answers).toHaveLength(5);
    for (const answer of answers.toReversed()) {
      expect(sent).toEqual([]);
      answer();
      await settled();
    }
    await begun;
    expect(sent).toEqual(['open', 'resume 4', 'change 5', 'change 6', 'change 7', 'heartbeat 7']);
  });

  test('P6: an event that cannot be signed cuts the connection, and nothing after it is sent', async () => {
    const { connection, answers, sent, begun } = feedOf();
    connection.change(change(5));
    connection.change(change(6));
    await settled();
    answers[0]?.();
    await begun;
    answers[1]?.(new Error('out of reach'));
    answers[2]?.();
    await settled();
    expect(sent.slice(0, 3)).toEqual(['open', 'resume 4', 'cut']);
    expect(sent).not.toContain('change 5');
    expect(sent).not.toContain('change 6');
  });

  test('a first event that cannot be signed opens no response', async () => {
    const { connection, answers, sent, begun } = feedOf();
    connection.change(change(5));
    await settled();
    answers[0]?.(new Error('out of reach'));
    answers[1]?.();
    await expect(begun).rejects.toThrow('out of reach');
    await settled();
    expect(sent).toEqual([]);
  });

  test('a heartbeat that waits for its signature is not followed by another', async () => {
    const { connection, answers, sent, begun } = feedOf();
    for (let times = 0; times < 5; times += 1) connection.heartbeat();
    await settled();
    expect(answers).toHaveLength(2);
    for (const answer of answers) answer();
    await begun;
    await settled();
    connection.heartbeat();
    await settled();
    answers[2]?.();
    await settled();
    expect(sent).toEqual(['open', 'resume 4', 'heartbeat 4', 'heartbeat 4']);
  });

  test('P6: a revoked gateway gets the change that says so, and then the end; a gap cuts', async () => {
    const revoked = feedOf();
    revoked.connection.change(change(5, GATEWAY));
    await settled();
    for (const answer of revoked.answers) answer();
    await settled();
    expect(revoked.sent).toEqual(['open', 'resume 4', 'change 5', 'end']);
    const { connection, answers, sent, begun } = feedOf();
    await settled();
    answers[0]?.();
    await begun;
    connection.change(change(6));
    expect(sent).toEqual(['open', 'resume 4', 'cut']);
  });
});
