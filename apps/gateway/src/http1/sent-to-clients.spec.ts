/** @soak */

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { Client } from 'undici';
import { anyText } from '../../../../test/factories/any-text.js';
import { samples } from '../../../../test/support/samples.js';
import { readRequestFraming } from './framing.js';
import { Http1Server } from './http1-server.js';
import type { MessageRules, ServerExchange } from './server-connection.js';

/** A response as the server is asked to send it: in one call of `send`, or as pieces with turns between them. */
type Meant = {
  status: number;
  fields: string[];
  body: Piece[];
  hasLength: boolean;
  flushes: boolean;
};

const name = fc.stringMatching(/^x-[a-z0-9-]{1,8}$/);
const value = fc.stringMatching(/^(?:[!-~](?:[ -~]{0,12}[!-~])?)?$/);
/** A small text, or the size of a large one: a counterexample stays readable. */
const piece = fc.oneof(anyText({ maxLength: 40 }), fc.integer({ min: 16_000, max: 70_000 }));
type Piece = string | number;
const bytesOf = (piece: Piece) =>
  typeof piece === 'string' ? Buffer.from(piece, 'latin1') : Buffer.alloc(piece, 'x');
const meant: fc.Arbitrary<Meant> = fc.record({
  status: fc.constantFrom(200, 201, 204, 304, 404, 500),
  fields: fc.array(fc.tuple(name, value), { maxLength: 4 }).map((pairs) => pairs.flat()),
  body: fc.array(piece, { maxLength: 4 }),
  hasLength: fc.boolean(),
  flushes: fc.boolean(),
});

let next: Meant;
let server: Http1Server<MessageRules>;
let client: Client;
const exchanged: { method: string; body: string }[] = [];

beforeAll(async () => {
  server = new Http1Server<MessageRules>({
    maxHeadBytes: 16_384,
    read: ({ method, minorVersion, fields }) => ({
      method,
      minorVersion,
      framing: readRequestFraming(fields),
      closes: false,
    }),
    serve: (exchange) => void answer(exchange),
    refuse: (response, rule) => response.send(400, [], rule),
    refuseLate: (response) => response.send(408, [], ''),
    countHandshake: () => undefined,
    countUnanswered: () => undefined,
    onFault: (_, response) => response?.send(503, [], ''),
    wallClock: () => Date.now(),
  });
  const port = await server.listen(0, '127.0.0.1');
  client = new Client(`http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await client.close();
  await server.close();
});

async function answer({ canonical, body, response }: ServerExchange<MessageRules>): Promise<void> {
  const pieces: Buffer[] = [];
  await new Promise<void>((resolve) =>
    body.read({
      onBodyPiece: (part) => pieces.push(part),
      onBodyEnd: resolve,
      onBodyFailure: () => resolve(),
    }),
  );
  exchanged.push({ method: canonical.method, body: Buffer.concat(pieces).toString('latin1') });
  const whole = Buffer.concat(next.body.map(bytesOf));
  const length = next.hasLength ? ['content-length', String(whole.length)] : [];
  response.begin(next.status, [...next.fields, ...length], next.hasLength ? whole.length : undefined);
  for (const part of next.body) {
    response.write(bytesOf(part));
    if (next.flushes) {
      response.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  response.end();
}

test('P4: undici reads every response as it was meant, on one connection, and we read every body that undici sends', async () => {
  const requests = fc.record({
    method: fc.constantFrom('GET' as const, 'HEAD' as const, 'POST' as const),
    body: piece,
    chunked: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(meant, requests, async (response, { method, body, chunked }) => {
      // RFC 9110 §8.6 forbids a length with 204. undici takes one with 304 for a body, so we never send it.
      fc.pre(!((response.status === 204 || response.status === 304) && response.hasLength));
      next = response;
      exchanged.length = 0;
      const sent = bytesOf(body);
      const posted = chunked ? Readable.from([sent]) : sent;
      const got = await client.request({ method, path: '/', body: method === 'POST' ? posted : null });
      const received = Buffer.from(await got.body.arrayBuffer());
      const isBodiless = method === 'HEAD' || response.status === 204 || response.status === 304;
      expect(got.statusCode).toBe(response.status);
      expect(received.equals(isBodiless ? Buffer.alloc(0) : Buffer.concat(response.body.map(bytesOf)))).toBe(
        true,
      );
      for (let at = 0; at < response.fields.length; at += 2)
        expect([got.headers[response.fields[at] ?? '']].flat()).toContain(response.fields[at + 1]);
      expect(exchanged).toEqual([{ method, body: method === 'POST' ? sent.toString('latin1') : '' }]);
    }),
    { numRuns: samples('undiciExchanges') },
  );
}, 600_000);
