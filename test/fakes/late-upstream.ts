import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** After which answers bytes come that belong to none. The last segment of the path says it; of `HEAD` the method. */
export const LATE_KINDS = ['HEAD', '204', '304', 'length'] as const;
export type LateKind = (typeof LATE_KINDS)[number];

/** What the upstream answers to a call: for which grant it was made, and where. */
export const ownBody = (grant: string, target: string): string => JSON.stringify({ of: grant, at: target });

/**
 * A data service some of whose answers are followed by more bytes: a whole second answer with the data of the same call. It sends them
 * before its next answer on the connection, or after `lateMs`.
 */
export class LateUpstream {
  /** Milliseconds from an answer to the bytes after it; undefined: they come before the next answer on the connection. */
  lateMs: number | undefined;
  /** The bytes after an answer. By default a second answer. */
  late = (grant: string, target: string): string => answerWith(ownBody(grant, target));
  /** The requests of each connection, in order, and the connection. */
  readonly connections: { requests: string[]; socket: Socket }[] = [];
  private readonly server: Server = createServer((socket) => this.serve(socket));

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private serve(socket: Socket): void {
    const connection = { requests: [] as string[], socket };
    this.connections.push(connection);
    let unsent = '';
    let text = '';
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        connection.requests.push(head);
        const { kind, grant, target } = callOf(head);
        socket.write(unsent + answerOf(kind, ownBody(grant, target)), 'latin1');
        const late = kind === undefined ? '' : this.late(grant, target);
        unsent = this.lateMs === undefined ? late : '';
        if (this.lateMs !== undefined) setTimeout(() => socket.write(late, 'latin1'), this.lateMs);
      }
    });
  }
}

function callOf(head: string): { kind: LateKind | undefined; grant: string; target: string } {
  const [method, target = ''] = head.split(' ');
  const grant = /^countersign-grant: (.*)$/im.exec(head)?.[1]?.trim() ?? '';
  const kind = method === 'HEAD' ? 'HEAD' : LATE_KINDS.find((each) => target.endsWith(`/${each}`));
  return { kind, grant, target };
}

const answerWith = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

function answerOf(kind: LateKind | undefined, body: string): string {
  if (kind === '204') return 'HTTP/1.1 204 No Content\r\n\r\n';
  if (kind === '304') return 'HTTP/1.1 304 Not Modified\r\n\r\n';
  const answer = answerWith(body);
  return kind === 'HEAD' ? answer.slice(0, answer.indexOf('\r\n\r\n') + 4) : answer;
}
