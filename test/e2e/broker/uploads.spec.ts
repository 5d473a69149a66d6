import { request as httpRequest, type IncomingMessage } from 'node:http';
import { TestBroker } from '../harness.js';

let broker: TestBroker;
let bearer: string;

beforeAll(async () => {
  broker = await TestBroker.start();
  ({ bearer } = await broker.enrolGateway('one'));
});
afterAll(() => broker.close());

const BODY_BYTES = 1024 * 1024;

/** Sends only the head of an upload. Returns the code of the answer, or `nothing` if none arrives within a second. */
async function begin(path: string, authorization?: string): Promise<string> {
  const sent = httpRequest(`${broker.url}${path}`, {
    method: 'POST',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      'content-type': 'application/json',
      'content-length': BODY_BYTES,
    },
  });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  const answer = await new Promise<IncomingMessage | undefined>((resolve) => {
    sent.on('response', resolve);
    setTimeout(() => resolve(undefined), 1_000);
  });
  let text = '';
  if (answer !== undefined) for await (const part of answer) text += String(part);
  sent.destroy();
  return text === '' ? 'nothing' : (JSON.parse(text) as { code: string }).code;
}

describe('uploads by gateways', () => {
  const paths = ['/gateway/v1/records', '/gateway/v1/leases', '/gateway/v1/stops', '/gateway/v1/pins'];

  test.each(paths)('P13: the broker reads a body of %s only from enrolled gateways', async (path) => {
    const wrong = `${bearer.slice(0, -4)}AAAA`;
    expect([await begin(path), await begin(path, wrong)]).toEqual(['unauthenticated', 'unauthenticated']);
    expect(await begin(path, `Bearer ${broker.keys.engineer}`)).toBe('forbidden');
    expect(await begin(path, bearer)).toBe('nothing');
  });

  test('the broker reads a few bodies of one gateway in parallel; the rest do not delay another gateway', async () => {
    const slow = Array.from({ length: 80 }, () => begin('/gateway/v1/records', bearer));
    const { bearer: other } = await broker.enrolGateway('two');
    const body = { boot: 'none', entries: [] };
    const answer = await broker.fetch('POST', '/gateway/v1/records', {
      body,
      headers: { authorization: other },
    });
    expect(answer.status).toBe(400);
    expect(new Set(await Promise.all(slow))).toEqual(new Set(['nothing']));
  });
});
