import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A call as the data service has received it. `connection`: the port of the other end; undefined if a stand-in for a proxy kept it. */
export type Received = {
  method: string;
  target: string;
  headers: IncomingHttpHeaders;
  connection?: number | undefined;
};

/** The member `number` of the answer at a path that ends in `/card`. */
export const CARD_NUMBER = '4111-1111';

/** The data service of all modes. If the path ends in `/held`, it keeps the response open until `release`. */
export class ServiceStub {
  readonly received: Received[] = [];
  private readonly waiting: ServerResponse[] = [];

  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { originalUrl } = request as IncomingMessage & { originalUrl?: string };
    const target = originalUrl ?? request.url ?? '';
    const { method = '', headers, socket } = request;
    this.received.push({ method, target, headers: { ...headers }, connection: socket.remotePort });
    if (target.endsWith('/card')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ number: CARD_NUMBER }));
      return;
    }
    // nginx would keep a short answer until its end.
    response.writeHead(200, { 'content-type': 'text/plain', 'x-accel-buffering': 'no' });
    response.write('begun');
    if (target.endsWith('/held')) this.waiting.push(response);
    else response.end();
  };

  release(): void {
    for (const response of this.waiting.splice(0)) response.end();
  }
}
