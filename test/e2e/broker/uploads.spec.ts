/** @soak */

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { revokeGateway } from '@countersign/access';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';

let broker: TestBroker;
let bearer: string;

beforeAll(async () => {
  broker = await TestBroker.start();
  ({ bearer } = await broker.enrolGateway('one'));
});
afterAll(() => broker.close());

const BODY_BYTES = 1024 * 1024;
/** A broker that answers nothing for so long reads the body. */
const QUIET_MS = 1_000;

/** Sends only the head of an upload. Returns the code of the answer, or `nothing` if none arrives in time. */
async function begin(
  path: string,
  authorization?: string,
  type = 'application/json',
  limitMs = 30_000,
): Promise<string> {
  const sent = httpRequest(`${broker.url}${path}`, {
    method: 'POST',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      'content-type': type,
      'content-length': BODY_BYTES,
    },
  });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  const answer = await new Promise<IncomingMessage | undefined>((resolve) => {
    sent.on('response', resolve);
    setTimeout(() => resolve(undefined), limitMs).unref();
  });
  let text = '';
  if (answer !== undefined) for await (const part of answer) text += String(part);
  sent.destroy();
  return text === '' ? 'nothing' : (JSON.parse(text) as { code: string }).code;
}

test.each(
  someRows([
    ['/api/v1/requests', 'application/json'],
    ['/oauth/introspect', 'application/x-www-form-urlencoded'],
  ]),
)('a stranger cannot make the broker read a body of %s', async (path, type) => {
  expect([
    await begin(path, undefined, type),
    await begin(path, 'Bearer csk_'.padEnd(60, 'x'), type),
  ]).toEqual(['unauthenticated', 'unauthenticated']);
  expect(await begin(path, `Bearer ${broker.keys.engineer}`, type, QUIET_MS)).toBe('nothing');
});

test('a gateway that is revoked while its body arrives is refused', async () => {
  const { bearer: authorization, credential } = await broker.enrolGateway('late');
  const body = JSON.stringify({ boot: 'none', entries: [] });
  const sent = httpRequest(`${broker.url}/gateway/v1/records`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'content-length': body.length },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    sent.on('response', resolve).on('error', reject),
  );
  sent.write(body.slice(0, 5));
  await broker.call('engineer', 'GET', '/api/v1/whoami');
  await revokeGateway(broker.host, credential.gateway);
  sent.end(body.slice(5));
  const answer = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(401);
});

describe('uploads by gateways', () => {
  const paths = ['/gateway/v1/records', '/gateway/v1/leases', '/gateway/v1/stops', '/gateway/v1/pins'];

  test.each(someRows(paths))(
    'P13: the broker reads a body of %s only from enrolled gateways',
    async (path) => {
      const wrong = `${bearer.slice(0, -4)}AAAA`;
      expect([await begin(path), await begin(path, wrong)]).toEqual(['unauthenticated', 'unauthenticated']);
      expect(await begin(path, `Bearer ${broker.keys.engineer}`)).toBe('forbidden');
      expect(await begin(path, bearer, undefined, QUIET_MS)).toBe('nothing');
    },
  );

  onlyInSoak(() => {
    test('the broker reads a few bodies of one gateway in parallel; the rest do not delay another gateway', async () => {
      const slow = Array.from({ length: 80 }, () =>
        begin('/gateway/v1/records', bearer, undefined, QUIET_MS),
      );
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
});
