import { connect } from 'node:net';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { sendRaw } from '../../../../test/fakes/raw-http.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
beforeEach(async () => {
  world = await GatewayWorld.start({ maxCallsPerGrant: 3 });
});
afterEach(() => world.stop());

const port = () => Number(new URL(world.gateway.url).port);
const call = (token: string) =>
  `GET /billing/tenants/acme/invoices HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;

describe('pipelined requests', () => {
  test('are answered one at a time, in order', async () => {
    const token = world.broker.token(world.broker.grant());
    const last = call(token).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const { text } = await sendRaw(port(), call(token).repeat(5) + last, true);
    expect(text.match(/^HTTP\/1\.1 200/gm)).toHaveLength(6);
    expect(world.upstream.hits.length).toBe(6);
  });

  test('P4: are never started after a response that closes the connection', async () => {
    const token = world.broker.token(world.broker.grant());
    const bad = 'GET /billing//x HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const { text } = await sendRaw(port(), bad + call(token).repeat(30), true);
    expect(text.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
    expect(text).toMatch(/^HTTP\/1\.1 400/);
    expect((await world.send({ token })).status).toBe(200);
    expect(world.upstream.hits.length).toBe(1);
  });

  test('P4: are not started either if they arrive a moment after that response, behind a body that was not read', async () => {
    const token = world.broker.token(world.broker.grant());
    // More than the gateway takes in one read: the call arrives with the next read, when the refusal is already on its
    // way.
    const body = 'x'.repeat(100_000);
    const refused = call('none')
      .replace('GET', 'POST')
      .replace('\r\n\r\n', '\r\nContent-Length: 100000\r\n\r\n');
    await sendRaw(port(), refused + body + call(token), true);
    expect((await world.send({ token })).status).toBe(200);
    await until(() => world.broker.recordsOf('outcome').length > 0);
    expect(world.broker.recordsOf('allowed')).toHaveLength(1);
    expect(world.upstream.hits.length).toBe(1);
  });

  test('leave no call open when their client disconnects: its place is free, and each record has an outcome', async () => {
    const token = world.broker.token(world.broker.grant());
    const answers: { end(text: string): unknown }[] = [];
    world.upstream.answer = (_request, response) => answers.push(response);
    const socket = connect(port(), '127.0.0.1');
    socket.write(call(token).repeat(20));
    await until(() => answers.length === 1);
    socket.destroy();
    await until(() => world.broker.records.some((record) => record.kind === 'outcome'));
    world.upstream.answer = (_request, response) => response.end('x');
    for (let count = 0; count < 4; count += 1) expect((await world.send({ token })).status).toBe(200);
    const kinds = () => world.broker.records.map((record) => record.kind);
    await until(() => kinds().filter((kind) => kind === 'outcome').length === 5);
    expect(kinds().filter((kind) => kind === 'allowed')).toHaveLength(5);
  });

  test('are counted if one behind a running call cannot be read, and the connection is closed', async () => {
    const token = world.broker.token(world.broker.grant());
    world.upstream.answer = () => undefined;
    const socket = connect(port(), '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(call(token));
    await until(() => world.upstream.hits.length === 1);
    socket.write('this is no request\r\n\r\n');
    await closed;
    const metrics = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^countersign_gateway_calls_total\{.*code="ambiguous_request".*\} 1$/m);
  });
});
