import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayWorld } from '../fakes/gateway-world.js';
import { PROMISES, type Setting } from '../fakes/modes/promises.js';
import { ServiceStub } from '../fakes/modes/service-stub.js';
import { expectedResult, SETTINGS } from '../fakes/modes/settings.js';
import { type Answer, PROXY_SECRET, sendExactly, type Way } from '../fakes/modes/ways.js';
import { freePort } from '../support/free-port.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { type ProxySetup, type RealProxy, startCaddy, startNginx } from './real-proxy.js';

/**
 * Passes questions of nginx on to the gateway, and keeps the gateway's last answer: nginx shows its client no more of a refusal than 401
 * or 403, and 500 for all others.
 */
class Relay {
  last: { status: number; text: string } | undefined;
  private readonly server: Server;

  constructor(private readonly gateway: string) {
    this.server = createServer((question, response) => {
      const { hostname, port } = new URL(this.gateway);
      const { method, url: path, rawHeaders: headers } = question;
      const passed = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        answer.on('end', () => {
          this.last = { status: answer.statusCode ?? 0, text };
          response.writeHead(this.last.status, answer.rawHeaders).end(text);
        });
      });
      question.pipe(passed);
    });
  }

  async start(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const cases = PROMISES.flatMap(({ promise, modes, proxies = modes.authz, cases: each }) =>
  each.map((one) => ({ promise, proxies, one })),
);

describe.each(Object.keys(SETTINGS) as Setting[])(
  'nginx and Caddy keep what the table says, %s',
  (setting) => {
    let world: GatewayWorld;
    let folder: string;
    let relay: Relay;
    const running: RealProxy[] = [];
    const ways: Way[] = [];
    const service = new ServiceStub();

    beforeAll(async () => {
      folder = await tempFolder('proxy-modes');
      world = await SETTINGS[setting]();
      world.upstream.answer = service.serve;
      relay = new Relay(world.gateway.url);
      const setup = async (name: string, listens: string, gateway: string): Promise<ProxySetup> => {
        const port = await freePort();
        const replaced = {
          [listens]: listens.replace('8080', String(port)),
          '127.0.0.1:4200': new URL(world.upstream.origin).host,
          '127.0.0.1:4100': gateway,
        };
        return { name, folder, port, secret: PROXY_SECRET, replaced };
      };
      const nginx = await setup('nginx.conf', '127.0.0.1:8080', await relay.start());
      const caddy = await setup('Caddyfile', ':8080', new URL(world.gateway.url).host);
      running.push(await startNginx(nginx), await startCaddy(caddy));
      const way = (name: string, { port }: ProxySetup): Way => ({
        ...{ name, mode: 'authz' },
        call: (sent) => sendExactly(`http://127.0.0.1:${port}`, sent),
      });
      const plain = way('nginx', nginx);
      ways.push({ ...plain, call: async (sent) => asAnswered(await plain.call(sent)) }, way('Caddy', caddy));
    }, 60_000);
    afterAll(async () => {
      service.release();
      for (const proxy of running) await proxy.stop();
      relay?.stop();
      await world?.stop();
      await removeFolder(folder);
    });

    /** The refusal of nginx with the gateway's own status and text, if nginx shows it as it should. */
    function asAnswered(answer: Answer): Answer {
      const { last } = relay;
      relay.last = undefined;
      if (answer.status < 400 || last === undefined) return answer;
      const shown = last.status === 401 || last.status === 403 ? last.status : 500;
      if (answer.status !== shown) throw new Error(`nginx answered ${answer.status} to ${last.status}`);
      return { ...answer, status: last.status, text: Promise.resolve(last.text) };
    }

    test.each(
      cases
        .filter(({ one }) => (one.setting ?? 'ordinary') === setting)
        .map((each) => [each.promise, each.one.title, each] as const),
    )('%s: %s', async (_promise, _title, { proxies, one }) => {
      const results: Record<string, string> = {};
      for (const way of ways) results[way.name] = await one.result({ world, service, way, call: way.call });
      const right = expectedResult(one, 'authz', proxies);
      expect(results).toEqual({ nginx: right, Caddy: right });
    });
  },
);
