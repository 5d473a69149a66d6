/** @soak */

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { JWT_PLAYBOOK, type Material, malleated } from '../../../../test/support/jwt-playbook.js';
import { rowsOfEachKind } from '../../../../test/support/samples.js';

let world: GatewayWorld;
let material: Material;
let listener: Server;
/** Connections to the place where a token told us to fetch keys. */
let connections = 0;

beforeAll(async () => {
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  world = await GatewayWorld.start();
  const privateKey = createPrivateKey(world.broker.signing.privatePem);
  const token = world.broker.token(world.broker.grant());
  const [header = '', claims = ''] = token.split('.');
  const decode = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  material = {
    header: decode(header),
    claims: decode(claims),
    keys: { privateKey, publicKey: createPublicKey(privateKey) },
    token,
    listener: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
  };
});
afterAll(async () => {
  await world.stop();
  listener.close();
});

/** First with a new token, then with a token that the gateway has cached. */
async function twice(token: string): Promise<{ status: number; reason: unknown }[]> {
  const answers = [];
  for (let time = 0; time < 2; time += 1) {
    const answer = await world.send({ token });
    const { reason } = (await answer.json()) as { reason?: unknown };
    answers.push({ status: answer.status, reason });
  }
  return answers;
}

// All of them are tried on the check itself, in libs/authorization.
test.each(rowsOfEachKind(JWT_PLAYBOOK, ([, , reason]) => reason))(
  'P1: %s opens nothing, and asks nobody',
  async (_name, forge, reason) => {
    expect(await twice(forge(material))).toEqual([
      { status: 401, reason },
      { status: 401, reason },
    ]);
    expect(world.upstream.hits).toHaveLength(0);
    expect(connections).toBe(0);
  },
);

test('P1: the valid token opens what it is for, in either form of its signature, and nothing else', async () => {
  for (const token of [material.token, malleated(material)]) {
    expect((await twice(token)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await world.send({ token, path: '/billing/tenants/globex/invoices/7' })).status).toBe(403);
  }
});
