import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { readRequestFraming } from '../../apps/gateway/src/http1/framing.js';
import { DateLine } from '../../apps/gateway/src/http1/message-writer.js';
import type { RequestHead } from '../../apps/gateway/src/http1/request-head.js';
import {
  type MessageRules,
  type ServerBehaviour,
  ServerConnection,
  type ServerExchange,
} from '../../apps/gateway/src/http1/server-connection.js';
import { until } from '../fakes/until.js';

type Rules = MessageRules & { target: string };
type Client = { socket: Socket; text(): string; isEnded(): boolean };

export const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

/** Server connections on real sockets, with a clock that the test sets. Requests wait in `exchanges` for the test to answer them. */
export class ServedConnections {
  /** Milliseconds of the monotonic clock. */
  now = 0;
  readonly accepted: ServerConnection<Rules>[] = [];
  readonly exchanges: ServerExchange<Rules>[] = [];
  /** For each head that was read: what the head before it was read as, if both have the same fields. The server passes it to its reader. */
  readonly sameFields: (Rules | undefined)[] = [];
  unanswered = 0;
  /** Heads that were refused because they were late. */
  late = 0;
  onExchange: (exchange: ServerExchange<Rules>) => void = () => undefined;
  private readonly clients: Socket[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      this.accepted.push(new ServerConnection(socket, this.behaviour, new DateLine(), () => this.now));
    });
  }

  static async start(): Promise<ServedConnections> {
    const connections = new ServedConnections();
    connections.server.listen(0, '127.0.0.1');
    await once(connections.server, 'listening');
    return connections;
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    for (const { socket } of this.accepted) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Connects. What the client receives is in `text`. */
  async client(options: { allowHalfOpen?: boolean } = {}): Promise<Client> {
    const { port } = this.server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', ...options });
    this.clients.push(socket);
    let text = '';
    let ended = false;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      ended = true;
    });
    await once(socket, 'connect');
    await until(() => this.accepted.length >= this.clients.length);
    return { socket, text: () => text, isEnded: () => ended };
  }

  /** Lets every connection look at the clock. */
  tick(): void {
    for (const connection of this.accepted) connection.checkTime(this.now);
  }

  private readonly behaviour: ServerBehaviour<Rules> = {
    maxHeadBytes: 8_000,
    read: (head, sameFields) => {
      this.sameFields.push(sameFields);
      return readHead(head);
    },
    serve: (exchange) => {
      this.exchanges.push(exchange);
      this.onExchange(exchange);
    },
    refuse: (response, rule) => response.send(400, [], rule),
    refuseLate: (response) => {
      this.late += 1;
      response.send(408, [], 'late');
    },
    countHandshake: () => undefined,
    countUnanswered: () => {
      this.unanswered += 1;
    },
    onFault: (_error, response) => response?.send(503, [], 'fault'),
    wallClock: () => 0,
  };
}

function readHead({ method, target, minorVersion, fields }: RequestHead): Rules {
  if (target === '/fault') throw new TypeError('a fault of ours');
  return { method, target, minorVersion, framing: readRequestFraming(fields), closes: minorVersion === 0 };
}
