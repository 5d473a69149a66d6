import { createHmac } from 'node:crypto';
import type { OutboundClient } from '../outbound/outbound-client.js';
import { WebhookClient } from './webhook-channel.js';

/** The example of the Standard Webhooks libraries (github.com/standard-webhooks/standard-webhooks, MIT). */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

type Sent = { url: string; headers: Record<string, string>; body: string };

async function send(secret: string, message: { id: string; at: Date; body: string }): Promise<Sent> {
  const sent: Sent[] = [];
  const outbound: Pick<OutboundClient, 'post'> = {
    post: (url, { headers, body }) => {
      sent.push({ url, headers, body });
      return Promise.resolve({ status: 204 });
    },
  };
  const client = new WebhookClient(outbound as OutboundClient);
  await client.send({ url: 'https://hooks.example/x', secret }, message, AbortSignal.timeout(60_000));
  return sent[0]!;
}

describe('a webhook', () => {
  test('is signed as in the published example', async () => {
    const { secret, id, timestamp, body, signature } = PUBLISHED;
    const sent = await send(secret, { id, at: new Date(timestamp * 1000), body });
    expect(sent.headers).toMatchObject({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    });
    expect(sent.body).toBe(body);
  });

  test('has a signature over id, second and body, under the decoded secret', async () => {
    const key = Buffer.alloc(40, 7);
    const at = new Date('2026-11-24T12:00:00.999Z');
    const message = { id: 'ntc_1', at, body: '{"grüße":"ß"}' };
    const sent = await send(`whsec_${key.toString('base64')}`, message);
    const signed = `${message.id}.${Math.floor(at.getTime() / 1000)}.${message.body}`;
    const expected = createHmac('sha256', key).update(signed, 'utf8').digest('base64');
    expect(sent.headers['webhook-signature']).toBe(`v1,${expected}`);
  });
});
