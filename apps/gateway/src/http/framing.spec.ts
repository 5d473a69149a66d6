import { connect } from 'node:net';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  token = world.broker.token(world.broker.grant());
});
afterAll(() => world.stop());

const head = (more: string, method = 'POST', version = 'HTTP/1.1') =>
  `${method} /billing/tenants/acme/invoices ${version}\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${more}\r\n\r\n`;
const chunked = (body: string) => head('Transfer-Encoding: chunked') + body;
const PLAIN = '2\r\n{}\r\n0\r\n\r\n';

/**
 * What is received on one connection for pieces that are sent one after another, each when the step before it permits.
 */
async function inPieces(pieces: readonly string[], between: () => Promise<void>): Promise<string> {
  const socket = connect({ port: world.gateway.port, host: '127.0.0.1', noDelay: true });
  let text = '';
  let closed = false;
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await between();
    await new Promise((resolve) => socket.write(Buffer.from(piece, 'latin1'), resolve));
  }
  await until(() => closed || /\r\n\r\n.*\{.*\}/s.test(text));
  socket.destroy();
  return text;
}

test('bodies of either framing arrive as they were sent', async () => {
  for (const sent of [
    `${head('Content-Length: 2')}{}`,
    chunked(PLAIN),
    chunked('0001\r\n{\r\n1\r\n}\r\n0\r\n\r\n'),
  ]) {
    expect((await world.raw(sent)).status).toBe(200);
    expect(world.upstream.hits.at(-1)).toMatchObject({ bodyBytes: 2 });
  }
});

const LENGTHS = [
  '002',
  '+2',
  '-2',
  '2.0',
  '0x2',
  '2e0',
  '2, 2',
  '2,',
  '',
  '99999999999999999999',
  'two',
  '\t2',
  '2\t',
];
const CODINGS = [
  'Chunked',
  'gzip, chunked',
  'chunked, gzip',
  'chunked, chunked',
  'chunked,',
  'identity',
  'gzip',
  'chunked;q=1',
  'x-chunked',
  '"chunked"',
  '\x0bchunked',
  '\tchunked',
  'chunked\t',
  'chunked \t ',
];
const CHUNKS: [string, string][] = [
  ['an extension', '2;x=1\r\n{}\r\n0\r\n\r\n'],
  ['an extension without value', '2;x\r\n{}\r\n0\r\n\r\n'],
  ['an empty extension', '2;\r\n{}\r\n0\r\n\r\n'],
  ['an extension behind a space', '2 ;x=1\r\n{}\r\n0\r\n\r\n'],
  ['an extension behind a tab', '2\t;x=1\r\n{}\r\n0\r\n\r\n'],
  ['a quoted extension', '2;x="\r\n{}"\r\n0\r\n\r\n'],
  ['an extension with a bare line feed', '2;\n{}\r\n0\r\n\r\n'],
  ['an extension of the second chunk', '1\r\n{\r\n1;x\r\n}\r\n0\r\n\r\n'],
  ['an extension of the last chunk', '2\r\n{}\r\n0;x=1\r\n\r\n'],
  ['a space behind the size', '2 \r\n{}\r\n0\r\n\r\n'],
  ['a size with a prefix', '0x2\r\n{}\r\n0\r\n\r\n'],
  ['a size with a sign', '+2\r\n{}\r\n0\r\n\r\n'],
  ['a size of seventeen digits', '00000000000000002\r\n{}\r\n0\r\n\r\n'],
  ['an immense size', 'FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n'],
  ['no size', '\r\n{}\r\n0\r\n\r\n'],
  ['a bare line feed behind the size', '2\n{}\r\n0\r\n\r\n'],
  ['a bare line feed behind the data', '2\r\n{}\n0\r\n\r\n'],
  ['more data than its size', '2\r\n{}}\r\n0\r\n\r\n'],
  ['a trailer', '2\r\n{}\r\n0\r\nX-Tenant: globex\r\n\r\n'],
];

test.each<[string, string]>([
  ...LENGTHS.map((length): [string, string] => [
    `the length ${JSON.stringify(length)}`,
    `${head(`Content-Length: ${length}`)}{}`,
  ]),
  ...CODINGS.map((coding): [string, string] => [
    `the coding ${JSON.stringify(coding)}`,
    head(`Transfer-Encoding: ${coding}`) + PLAIN,
  ]),
  ['two lengths', `${head('Content-Length: 2\r\nContent-Length: 2')}{}`],
  ['two other lengths', `${head('Content-Length: 2\r\nContent-Length: 3')}{}`],
  ['length and coding', head('Content-Length: 2\r\nTransfer-Encoding: chunked') + PLAIN],
  ['coding and length', head('Transfer-Encoding: chunked\r\nContent-Length: 2') + PLAIN],
  ['two codings', head('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked') + PLAIN],
  ['a coding with a space before its colon', head('Transfer-Encoding : chunked') + PLAIN],
  ['a coding on HTTP/1.0', head('Transfer-Encoding: chunked', 'POST', 'HTTP/1.0') + PLAIN],
  ['a body with GET', `${head('Content-Length: 2', 'GET')}{}`],
  ['a chunked body with GET', head('Transfer-Encoding: chunked', 'GET') + PLAIN],
  [
    'announced trailers',
    `${head('Trailer: X-A\r\nTransfer-Encoding: chunked')}2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n`,
  ],
  ...CHUNKS.map(([name, body]): [string, string] => [`a chunk with ${name}`, chunked(body)]),
])('P4: refuses %s', async (_, sent) => {
  const complete = () => world.upstream.hits.filter(({ bodySha256 }) => bodySha256 !== '').length;
  const before = complete();
  const answer = await world.raw(sent);
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { code: 'ambiguous_request' }]);
  expect(answer.header('connection')).toBe('close');
  expect(complete()).toBe(before);
});

test('P4: an extension that arrives during the call ends it: the upstream never gets a whole request', async () => {
  const { broker, upstream } = world;
  const before = upstream.hits.length;
  const text = await inPieces([chunked('2\r\n{}\r\n'), '2;x=1\r\n{}\r\n0\r\n\r\n'], () =>
    until(() => upstream.hits.length > before),
  );
  expect(text).toMatch(/^HTTP\/1\.1 400/);
  expect(upstream.hits).toHaveLength(before + 1);
  await until(() =>
    broker.recordsOf('outcome').some((record) => record.kind === 'outcome' && record.outcome === 'failed'),
  );
  expect(upstream.hits.at(-1)!.bodySha256).toBe('');
});

test('P4: wherever head and chunks are split, a plain body passes and an extension does not', async () => {
  const plain = chunked(PLAIN);
  const odd = chunked('2;x=1\r\n{}\r\n0\r\n\r\n');
  // If two pieces arrive together, the responses are the same: nothing depends on the pause.
  const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
  const end = plain.indexOf('\r\n\r\n');
  for (let cut = end - 1; cut <= end + 7; cut += 1) {
    expect(await inPieces([plain.slice(0, cut), plain.slice(cut)], turn)).toMatch(/^HTTP\/1\.1 200/);
    expect(await inPieces([odd.slice(0, cut), odd.slice(cut)], turn)).toMatch(/^HTTP\/1\.1 400/);
  }
});

test('P4: wherever a head is split, a plain one passes and one with an extra space does not', async () => {
  const plain = head('X-A:\t 1 \t', 'GET');
  const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
  for (const cut of [1, 3, 4, 5, 6, 20, 35, 45, 46, plain.length - 3, plain.length - 1]) {
    for (const [sent, status] of [
      [plain, '200'],
      [plain.replace(' /', '  /'), '400'],
      [plain.replace(' HTTP/', '  HTTP/'), '400'],
      [`\r\n${plain}`, '400'],
    ] as const) {
      const text = await inPieces([sent.slice(0, cut), sent.slice(cut)], turn);
      expect([cut, sent.slice(0, 60), text.slice(9, 12)]).toEqual([cut, sent.slice(0, 60), status]);
    }
  }
});

test('P4: a chunked body behind an unanswered request is read as strictly as any other', async () => {
  const before = world.upstream.hits.length;
  const first = head('X-First: 1', 'GET');
  const odd = await world.raw(first + chunked('2;x=1\r\n{}\r\n0\r\n\r\n'), true);
  expect(odd.text.match(/^HTTP\/1\.1 \d{3}/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  expect(world.upstream.hits).toHaveLength(before + 1);
  const last = head('Connection: close', 'GET');
  const plain = await world.raw(first + chunked(PLAIN) + chunked(PLAIN) + last, true);
  expect(plain.text.match(/^HTTP\/1\.1 \d{3}/gm)).toEqual(Array(4).fill('HTTP/1.1 200'));
  expect(world.upstream.hits.slice(-4).map(({ bodyBytes }) => bodyBytes)).toEqual([0, 2, 2, 0]);
});

test('a connection continues after a chunked body', async () => {
  const { text } = await world.raw(chunked(PLAIN) + head('Connection: close', 'GET'), true);
  expect(text.match(/^HTTP\/1\.1 200/gm)).toHaveLength(2);
});
