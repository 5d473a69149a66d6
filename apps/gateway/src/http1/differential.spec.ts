/** @soak */

import { parseWithNode } from '../../../../test/support/node-parser.js';
import { randomness, seedOf } from '../../../../test/support/randomness.js';
import { samples } from '../../../../test/support/samples.js';
import { readCanonicalRequest } from '../http/canonical-request.js';
import { type BodyDecoder, requestBodyDecoder } from './body-decoder.js';
import { HeadCollector } from './head-collector.js';
import { MalformedMessage } from './malformed-message.js';
import { PreviousFieldLines, parseRequestHead } from './request-head.js';
import { ResponseReader } from './response-reader.js';

/** A message as a reader sees it. */
type Seen = {
  first: string;
  minorVersion: number;
  fields: readonly (readonly [string, string])[];
  body: string;
  isWhole: boolean;
};

/** Everything that we accept of a connection's bytes, up to the first refusal. */
function readRequests(pieces: readonly Buffer[]): Seen[] {
  const seen: Seen[] = [];
  const heads = new HeadCollector(16_384);
  let body: BodyDecoder | undefined;
  const last = () => seen.at(-1) as Seen;
  try {
    for (const bytes of pieces)
      for (let at = 0; at < bytes.length; ) {
        if (body === undefined) {
          const text = heads.push(bytes, at);
          if (text === undefined) break;
          at = heads.end;
          const head = parseRequestHead(text, new PreviousFieldLines());
          const { framing } = readCanonicalRequest(head);
          const { method, target, minorVersion, fields } = head;
          body = requestBodyDecoder(framing);
          const isWhole = body === undefined;
          seen.push({ first: `${method} ${target}`, minorVersion, fields, body: '', isWhole });
        } else {
          at = body.push(bytes, at, (piece) => {
            last().body += piece.toString('latin1');
          });
          if (body.isDone) {
            last().isWhole = true;
            body = undefined;
          }
        }
      }
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
  }
  return seen;
}

/** The one response that we accept of a connection's bytes; undefined if we refuse it, or if it is not whole. */
function readResponse(pieces: readonly Buffer[], isToHead: boolean): Seen | undefined {
  const reader = new ResponseReader(16_384);
  let seen: Seen | undefined;
  reader.begin(isToHead, {
    onHead: ({ status, minorVersion, fields }) => {
      seen = { first: String(status), minorVersion, fields, body: '', isWhole: false };
    },
    onData: (piece) => {
      seen!.body += piece.toString('latin1');
    },
    onEnd: () => {
      seen!.isWhole = true;
    },
  });
  try {
    for (const bytes of pieces) reader.push(bytes);
    reader.finish();
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
  }
  return seen?.isWhole === true ? seen : undefined;
}

const SCRAPS = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\0',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    ':',
    ';',
    ',',
    '0',
    '5',
    '_',
  ],
  ...[
    'a: b\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: identity\r\n',
  ],
  ...[
    'Host: b\r\n',
    'Connection: close\r\n',
    'Expect: 100-continue\r\n',
    '0\r\n\r\n',
    ';x=1',
    ' HTTP/1.1',
    'GET ',
  ],
  ...[
    'HTTP/1.0',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 204 x\r\n\r\n',
    '304',
    'Trailer: x\r\n',
    'x: 1\r\n y\r\n',
  ],
];
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
const REQUESTS = [
  'GET /a/b?c=d HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n\r\n',
  `POST /a/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'POST /a/b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
  'PUT /a/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
  `GET /a/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'GET /a/b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'GET /a/b HTTP/1.0\r\nHost: a_b:80\r\nConnection: close\r\n\r\n',
];
const RESPONSES = [
  `HTTP/1.1 200 OK\r\nContent-Length: ${HIDDEN.length}\r\nX-A: 1\r\n\r\n${HIDDEN}`,
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nX-T: 1\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\n\r\nuntil the end',
  'HTTP/1.1 204 No Content\r\nETag: "x"\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.0 200 OK\r\nServer: \xe9\r\nContent-Length: 2\r\n\r\nok',
];

/** One to three of these messages, changed in up to three places, in up to three pieces. */
function mutated(random: (below: number) => number, messages: readonly string[], most: number): Buffer[] {
  let text = '';
  for (let left = 1 + random(most); left > 0; left -= 1) text += messages[random(messages.length)];
  for (let left = random(4); left > 0; left -= 1) {
    const at = random(text.length + 1);
    const scrap = SCRAPS[random(SCRAPS.length)] ?? '';
    const [cut, put] = [
      [0, scrap],
      [1, String.fromCharCode(random(256))],
      [1 + random(20), ''],
      [0, text.slice(at, at + 1 + random(40))],
      [scrap.length, scrap],
    ][random(5)] as [number, string];
    text = text.slice(0, at) + put + text.slice(at + cut);
  }
  const bytes = Buffer.from(text, 'latin1');
  const cuts = [0, random(bytes.length + 1), random(bytes.length + 1), bytes.length].sort((a, b) => a - b);
  return [0, 1, 2].map((at) => bytes.subarray(cuts[at], cuts[at + 1]));
}

/** A field's value without the blanks that Node leaves at its end. */
const asField = ([name, value]: readonly [string, string]) => `${name}: ${value.replace(/[ \t]+$/, '')}`;

test('P4: what we accept of damaged requests, Node reads alike: same messages, fields and bodies', () => {
  const seed = seedOf();
  const random = randomness(seed);
  let accepted = 0;
  for (let run = 0; run < samples('mutatedMessages'); run += 1) {
    const pieces = mutated(random, REQUESTS, 3);
    const ours = readRequests(pieces);
    if (ours.length === 0) continue;
    const theirs = parseWithNode('request', pieces);
    for (const [index, our] of ours.entries()) {
      const their = theirs[index];
      const got = their && {
        first: `${their.method} ${their.url}`,
        minorVersion: their.minorVersion,
        fields: their.fields.map(asField),
        body: their.body,
        isWhole: their.isWhole,
      };
      const text = Buffer.concat(pieces).toString('latin1');
      // A body that we refuse half-way never becomes a whole message to anyone.
      const { body, isWhole } = our.isWhole ? our : { ...our, ...got };
      const expected = { ...our, body, isWhole, fields: our.fields.map(asField) };
      if (JSON.stringify(got) !== JSON.stringify(expected))
        throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify({ text, expected, got })}`);
      accepted += 1;
      // Node reads nothing more on a connection that it would hand over or close.
      if (their?.isUpgrade === true || isLastOnConnection(our)) break;
    }
  }
  expect(accepted).toBeGreaterThan(samples('mutatedMessages') / 10);
}, 1_800_000);

/** Whether Node takes this for the last request of its connection; what follows it is an error there, not a message. */
function isLastOnConnection({ minorVersion, fields }: Seen): boolean {
  return minorVersion === 0 || fields.some(([name, value]) => name === 'connection' && /close/i.test(value));
}

test('P4: what we accept of damaged responses, Node and undici’s parser read alike', () => {
  const seed = seedOf();
  const random = randomness(seed);
  let accepted = 0;
  for (let run = 0; run < samples('mutatedMessages'); run += 1) {
    const pieces = mutated(random, RESPONSES, 1);
    const isToHead = random(8) === 0;
    const our = readResponse(pieces, isToHead);
    if (our === undefined) continue;
    const their = parseWithNode('response', pieces, { isToHead, toEnd: true }).find(
      ({ status }) => (status ?? 0) >= 200,
    );
    const got = their && {
      first: String(their.status),
      minorVersion: their.minorVersion,
      fields: their.fields.map(asField),
      body: their.body,
    };
    const text = Buffer.concat(pieces).toString('latin1');
    const { isWhole: _, ...rest } = our;
    const expected = { ...rest, fields: our.fields.map(asField) };
    if (JSON.stringify(got) !== JSON.stringify(expected))
      throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify({ text, isToHead, expected, got })}`);
    accepted += 1;
  }
  expect(accepted).toBeGreaterThan(samples('mutatedMessages') / 10);
}, 1_800_000);
