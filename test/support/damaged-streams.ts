import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import type { Hit } from '../fakes/counting-upstream.js';
import type { GatewayWorld } from '../fakes/gateway-world.js';
import { until } from '../fakes/until.js';

/** Placeholder for the token, so that the damage hits the structure of a message. */
const TOKEN = '{t}';
/** An allowed call inside a body: a parser that ends the body elsewhere sees it. */
const HIDDEN = `GET /billing/tenants/acme/invoices/hidden HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;

const message = (line: string, headers: readonly string[], body = '') =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${TOKEN}`, ...headers].join('\r\n')}\r\n\r\n${body}`;
const POST = 'POST /billing/tenants/acme/invoices';

const messages = fc.constantFrom<(last: readonly string[]) => string>(
  (last) => message('GET /billing/tenants/acme/invoices/7', ['X-A: 1', ...last]),
  (last) => message('GET /billing/tenants/acme/invoices?status=open&page=2', ['Accept: */*', ...last]),
  (last) => message(POST, ['Content-Length: {n}', ...last], HIDDEN),
  (last) => message(POST, ['Transfer-Encoding: chunked', ...last], `{x}\r\n${HIDDEN}\r\n0\r\n\r\n`),
  (last) => message(POST, ['Transfer-Encoding: chunked', ...last], `1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`),
  (last) => message(POST, ['Content-Length: 0', ...last]),
);

/** Bytes that a careless parser skips, joins or takes for an end. */
const SCRAPS = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ';',
  ',',
  '/',
  '?',
  '%',
  '0',
  '5',
  '\xff',
  '\x0b',
  'a: b\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Host: b\r\n',
  'Expect: 100-continue\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive, Authorization\r\n',
  '0\r\n\r\n',
  ';x=1',
  ' HTTP/1.1',
  'GET ',
  'HEAD ',
  HIDDEN,
];

type Damage = (text: string) => string;
const at = (text: string, place: number) => place % (text.length + 1);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...SCRAPS)).map(
    ([place, scrap]): Damage =>
      (text) =>
        text.slice(0, at(text, place)) + scrap + text.slice(at(text, place)),
  ),
  // The boundaries between parts, where most parser decisions fall.
  fc
    .tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(' ', '\r\n', '\t', ';x=1', '0'), fc.constantFrom(...SCRAPS)),
      fc.boolean(),
    )
    .map(
      ([place, scrap, before]): Damage =>
        (text) => {
          const borders = [...text.matchAll(/^|[ :]|\r\n/g)].map(
            (border) => border.index + (before ? 0 : border[0].length),
          );
          const border = borders[place % borders.length] ?? 0;
          return text.slice(0, border) + scrap + text.slice(border);
        },
    ),
  fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(
    ([place, byte]): Damage =>
      (text) => {
        const one = place % text.length;
        return text.slice(0, one) + String.fromCharCode(byte) + text.slice(one + 1);
      },
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })).map(
    ([place, length]): Damage =>
      (text) =>
        text.slice(0, at(text, place)) + text.slice(at(text, place) + length),
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })).map(
    ([place, length]): Damage =>
      (text) => {
        const from = at(text, place);
        return text.slice(0, from + length) + text.slice(from);
      },
  ),
);

/** Places where parsers are known to differ: around the request line, and in a chunk-size line. */
const finelyDamaged: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.nat(),
    fc.constantFrom<[RegExp, string]>(
      [/(?<=^|\r\n)(?=(?:GET|POST) )/g, '\r\n'],
      [/(?<=^|\r\n)(?=(?:GET|POST) )/g, '\n'],
      [/(?<=GET|POST) (?=\/)/g, '  '],
      [/ (?=HTTP\/1)/g, '  '],
      [/HTTP(?=\/1\.1\r\n)/g, 'RTSP'],
      [/(?<=\r\n[0-9a-fx{}]+)(?=\r\n)/g, ';x=1'],
      [/(?<=\r\n[0-9a-fx{}]+)(?=\r\n)/g, ' '],
      [/(?<=\r\n0\r\n)(?=\r\n)/g, 'X-A: 1\r\n'],
    ),
  )
  .map(
    ([place, [where, what]]): Damage =>
      (text) => {
        const found = [...text.matchAll(where)];
        const one = found[place % Math.max(1, found.length)];
        return one === undefined
          ? text
          : text.slice(0, one.index) + what + text.slice(one.index + one[0].length);
      },
  );

const stream = fc
  .tuple(
    fc.array(messages, { maxLength: 2 }),
    fc.array(messages, { minLength: 1, maxLength: 3 }),
    fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 4, arbitrary: fc.tuple(finelyDamaged) },
      { weight: 4, arbitrary: fc.tuple(damage) },
      { weight: 1, arbitrary: fc.tuple(damage, damage, damage) },
    ),
    fc.array(fc.nat(), { maxLength: 3 }),
  )
  .map(([before, damaged, damages, cuts]) => ({
    text:
      before.map((part) => part([])).join('') +
      damages.reduce(
        (text: string, edit) => edit(text),
        damaged
          .map((part, index) => part(index === damaged.length - 1 ? ['Connection: close'] : []))
          .join(''),
      ),
    isWhole: damages.length === 0,
    count: before.length + damaged.length,
    cuts,
  }));

/** A message as a strict parser sees it. `body` is undefined if its end is missing or ambiguous. */
type Seen = { method: string; url: string; fields: [string, string][]; body: string | undefined };

const HEAD = /([A-Z]+) (\/[!-~]*) HTTP\/1\.[01]\r\n((?:[A-Za-z0-9-]+:[\t -~]*\r\n)*)\r\n/y;
const CHUNK = /([0-9A-Fa-f]{1,8})\r\n/y;

/** A second implementation of the RFC 9112 grammar, independent of the gateway's: all messages before the first anomaly. */
function strictly(text: string): Seen[] {
  const seen: Seen[] = [];
  for (let from = 0; ; ) {
    HEAD.lastIndex = from;
    const head = HEAD.exec(text);
    if (head === null) return seen;
    const [all, method = '', target = '', lines = ''] = head;
    const fields = lines
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '')];
      });
    const values = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
    const body = bodyAt(text, from + all.length, values('transfer-encoding'), values('content-length'));
    seen.push({ method, url: target, fields, body: body?.content });
    if (body === undefined) return seen;
    from = body.end;
  }
}

function bodyAt(text: string, from: number, codings: string[], lengths: string[]) {
  if (codings.length + lengths.length === 0) return { content: '', end: from };
  if (codings.length + lengths.length > 1) return undefined;
  if (lengths.length === 1) {
    const end = from + Number(/^\d+$/.exec(lengths[0] ?? '')?.[0] ?? Number.NaN);
    return end <= text.length ? { content: text.slice(from, end), end } : undefined;
  }
  if (codings[0] !== 'chunked') return undefined;
  let content = '';
  for (let at = from; ; ) {
    CHUNK.lastIndex = at;
    const size = CHUNK.exec(text);
    if (size === null) return undefined;
    const data = at + size[0].length;
    const end = data + Number.parseInt(size[1] ?? '', 16);
    if (text.slice(end, end + 2) !== '\r\n') return undefined;
    if (end === data) return { content, end: end + 2 };
    content += text.slice(data, end);
    at = end + 2;
  }
}

const LAST = '/billing/tenants/acme/invoices/last';
const OURS = /^(?:countersign-|x-forwarded-|forwarded$|host$|connection$|content-length$|transfer-encoding$)/;
const sha256 = (text: string) =>
  `sha256:${createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex')}`;

function matches(hit: Hit, seen: Seen): boolean {
  const has = ([name, value]: readonly [string, string]) =>
    OURS.test(name) || seen.fields.some(([field, sent]) => field === name && sent === value);
  const fields = hit.rawHeaders.flatMap((name, index, all): [string, string][] =>
    index % 2 === 0 ? [[name.toLowerCase(), all[index + 1] ?? '']] : [],
  );
  return (
    hit.method === seen.method &&
    `/billing${hit.url}` === seen.url &&
    fields.every(has) &&
    (hit.bodySha256 === '' || (seen.body !== undefined && hit.bodySha256 === sha256(seen.body)))
  );
}

/** The gateway may wait for the rest of a damaged message: after this many silent milliseconds the test stops waiting. */
const QUIET_MS = 50;
/** Sends each piece in its own event-loop turn. Waits until the gateway closes or, if it `mayHang`, is silent. */
function exchange(port: number, pieces: readonly string[], mayHang: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    const send = (index: number) => {
      const piece = pieces[index];
      if (piece !== undefined)
        socket.write(Buffer.from(piece, 'latin1'), () => setImmediate(send, index + 1));
      else if (mayHang) socket.setTimeout(QUIET_MS, () => socket.destroy());
    };
    socket.on('connect', () => send(0));
  });
}

/**
 * P4 and P5 over raw sockets, with messages that are damaged and cut anywhere. The upstream sees only what a strict
 * parser sees before the first anomaly: in that order, with those fields and that body. Each call that reached the
 * upstream has its records, and the gateway keeps running.
 */
export async function expectStrictReading(world: GatewayWorld, numRuns: number): Promise<void> {
  const { upstream, broker } = world;
  const grant = broker.grant();
  const hits: Hit[] = [];
  await fc.assert(
    fc.asyncProperty(stream, async ({ text, isWhole, count, cuts }) => {
      upstream.hits.length = 0;
      // A token lives for minutes, and the full count takes longer.
      const token = broker.token(grant);
      const hidden = HIDDEN.replace(TOKEN, token).length;
      const sent = text
        .replaceAll(TOKEN, token)
        .replaceAll('{n}', String(hidden))
        .replaceAll('{x}', hidden.toString(16));
      const places = [...new Set(cuts.map((cut) => cut % sent.length)), sent.length].sort((a, b) => a - b);
      const pieces = places.map((end, index) => sent.slice(places[index - 1] ?? 0, end));
      const answers = await exchange(world.gateway.port, pieces, !isWhole);
      // When this call is answered, everything that began before it has reached the upstream.
      expect((await world.send({ token, path: LAST })).status).toBe(200);
      const reached = upstream.hits.filter(({ url }) => `/billing${url}` !== LAST);
      hits.push(...reached);
      const seen = strictly(sent);
      let next = 0;
      for (const hit of reached) {
        while (next < seen.length && !matches(hit, seen[next]!)) next += 1;
        expect([hit.method, hit.url, next < seen.length]).toEqual([hit.method, hit.url, true]);
        next += 1;
      }
      expect((answers.match(/^HTTP\/1\.1 200/gm) ?? []).length).toBeLessThanOrEqual(reached.length);
      if (isWhole) expect(reached).toHaveLength(count);
    }),
    { numRuns },
  );
  const unrecorded = (kind: 'allowed' | 'outcome') => {
    const ids = new Set(broker.recordsOf(kind).map(({ id }) => id));
    return hits.filter(({ headers }) => !ids.has(String(headers['countersign-record'])));
  };
  await until(() => unrecorded('outcome').length === 0);
  expect(unrecorded('allowed')).toEqual([]);
  expect(hits.length).toBeGreaterThan(numRuns / 5);
}
