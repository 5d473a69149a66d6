import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { CallHandler } from './call-handler.js';
import { HttpReader, type ReadRequest } from './http-reader.js';
import type { OwnPages } from './own-pages.js';
import { PipelineQueue } from './pipeline-queue.js';
import { AmbiguousRequest, answerProblem, answerProblemOnSocket, requireUnambiguous } from './refusals.js';
import type { StopPage } from './stop-page.js';

type HttpServerParts = {
  pages: OwnPages;
  stopPage: StopPage;
  handler: CallHandler;
  /** Counts a refusal of something that never became a call. */
  countRefusal(code: 'ambiguous_request' | 'request_timeout'): void;
  maxHeaderBytes: number;
  /** For a whole request with its body. */
  requestTimeoutMs: number;
  log: Logger;
};

/** From a connection's first moment, or the end of its last answer's keep-alive, to the end of a head. */
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;
/** How often Node looks for heads and requests that are late; its own 30 s would let them stay that much longer. */
const LATE_CHECK_MS = 1_000;

/**
 * The gateway's HTTP/1.1 server. Every way in which Node hands over a request or a fault leads to one of two places:
 * the canonical request and its handler, or a problem answer of ours.
 */
export function createHttpServer(parts: HttpServerParts): Server {
  const server = createServer({
    // Ours to refuse, with our answer; Node would send its own.
    requireHostHeader: false,
    insecureHTTPParser: false,
    maxHeaderSize: parts.maxHeaderBytes,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: Math.max(parts.requestTimeoutMs, HEADERS_TIMEOUT_MS),
    connectionsCheckingInterval: LATE_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  });
  // Not a weak map: with many connections each collection of garbage would have to look through it.
  const wires = new Map<Socket, HttpReader>();
  server.on('connection', (socket) => {
    const wire = new HttpReader(2 * parts.maxHeaderBytes);
    wires.set(socket, wire);
    socket.on('close', () => wires.delete(socket));
    // Before the parser: what it tells of in the same turn, the wire has to know.
    socket.prependListener('data', (bytes: Buffer) => wire.push(bytes));
  });
  const turns = new PipelineQueue();
  const receive = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    // A client that breaks off is seen as the response's close; without a listener it would be an uncaught error.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const message = readMessage(wires.get(request.socket), request);
    const hasTurn = turns.enqueue(request.socket, response, () =>
      serve(parts, { request, response, expectsContinue, message }),
    );
    if (!hasTurn) {
      parts.countRefusal('ambiguous_request');
      request.socket.destroy();
    }
  };
  server.on('request', receive(false));
  // Answering `100 Continue` before the decision would invite a body that nobody may send.
  server.on('checkContinue', receive(true));
  server.on('checkExpectation', receive(false));
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node lets go of the connection here: its errors are ours from now on, and an unheard one would end the process.
    socket.on('error', () => undefined);
    parts.countRefusal('ambiguous_request');
    if (turns.isAnswering(socket)) socket.destroy();
    else answerProblemOnSocket(socket, 'ambiguous_request', { detail: 'a method that is never forwarded' });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    refuseConnection(parts, error, socket, turns.isAnswering(socket));
  });
  return server;
}

/** A request as Node hands it over, and what it says, or what was thrown over it. */
type Received = {
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
  message: ReadRequest | Error;
};

/** Never throws: in the parser's turn nobody would catch it, and the process would end with all its calls. */
function readMessage(wire: HttpReader | undefined, request: IncomingMessage): ReadRequest | Error {
  try {
    requireUnambiguous(wire !== undefined, 'its connection was not watched');
    return wire.readRequest(request);
  } catch (error) {
    return error as Error;
  }
}

async function serve(
  { pages, stopPage, handler, countRefusal, log }: HttpServerParts,
  { request, response, expectsContinue, message }: Received,
): Promise<void> {
  try {
    if (message instanceof Error) throw message;
    const { canonical, chunks } = message;
    const odd = chunks?.violation();
    if (odd !== undefined) throw odd;
    if (stopPage.isFor(canonical)) await stopPage.answer({ canonical, request, response, expectsContinue });
    else if (pages.has(canonical.service)) await pages.answer(canonical, response);
    else await handler.handle({ canonical, request, response, expectsContinue, chunks });
  } catch (error) {
    if (error instanceof AmbiguousRequest) {
      countRefusal('ambiguous_request');
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
  { countRefusal }: HttpServerParts,
  error: NodeJS.ErrnoException,
  socket: Socket,
  answering: boolean,
): void {
  // In the middle of an answer another one would be read as part of it: it is counted, and the connection broken off.
  if (answering && error.code?.startsWith('HPE_') === true) countRefusal('ambiguous_request');
  if (answering || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    countRefusal('request_timeout');
    answerProblemOnSocket(socket, 'request_timeout');
    return;
  }
  countRefusal('ambiguous_request');
  answerProblemOnSocket(socket, 'ambiguous_request', { detail: 'not a well-formed HTTP/1.1 request' });
}
