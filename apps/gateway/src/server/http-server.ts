import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { describeError } from '../log/describe-error.js';
import { AmbiguousRequest } from '../request/ambiguous.js';
import { readCanonicalRequest } from '../request/canonical-request.js';
import type { CallHandler } from './handle-call.js';
import type { OwnPages } from './own-pages.js';
import { answerProblem, answerProblemOnSocket } from './problem.js';
import { Turns } from './turns.js';

export type HttpServerParts = {
  pages: OwnPages;
  handler: CallHandler;
  /** Counts a request that could not be read in one way. */
  countAmbiguous(): void;
  log: Logger;
};

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;

/**
 * The gateway's HTTP/1.1 server. Every way in which Node hands over a request or a fault leads to one of two places:
 * the canonical request and its handler, or a problem answer of ours.
 */
export function createHttpServer(parts: HttpServerParts): Server {
  const server = createServer({
    // Ours to refuse, with our answer; Node would send its own.
    requireHostHeader: false,
    insecureHTTPParser: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  });
  const turns = new Turns();
  const receive = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    // A client that breaks off is seen as the response's close; without a listener it would be an uncaught error.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    turns.take(request.socket, response, () => serve(parts, request, response, expectsContinue));
  };
  server.on('request', receive(false));
  // Answering `100 Continue` before the decision would invite a body that nobody may send.
  server.on('checkContinue', receive(true));
  server.on('checkExpectation', receive(false));
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    parts.countAmbiguous();
    answerProblemOnSocket(socket, 'ambiguous_request', { detail: 'a method that is never forwarded' });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    refuseConnection(parts, error, socket, turns.isBusy(socket));
  });
  return server;
}

async function serve(
  { pages, handler, countAmbiguous, log }: HttpServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Promise<void> {
  try {
    const canonical = readCanonicalRequest(request);
    if (await pages.answer(canonical, response)) return;
    await handler.handle({ canonical, request, response, expectsContinue });
  } catch (error) {
    if (error instanceof AmbiguousRequest) {
      countAmbiguous();
      answerProblem(response, 'ambiguous_request', { detail: error.message, close: true });
      return;
    }
    // A fault of ours refuses; whatever was under way ends.
    log.error(describeError(error), 'a request could not be handled');
    answerProblem(response, 'record_unavailable', { close: true });
    if (!response.writableEnded) response.destroy();
  }
}

/** What the parser would not read, or what did not come in time. */
function refuseConnection(
  { countAmbiguous }: HttpServerParts,
  error: NodeJS.ErrnoException,
  socket: Socket,
  answering: boolean,
): void {
  // In the middle of an answer another one would be read as part of it.
  if (answering || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    answerProblemOnSocket(socket, 'request_timeout');
    return;
  }
  countAmbiguous();
  answerProblemOnSocket(socket, 'ambiguous_request', { detail: 'not a well-formed HTTP/1.1 request' });
}
