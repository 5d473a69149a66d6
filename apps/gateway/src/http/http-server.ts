import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { CallHandler } from './call-handler.js';
import { HttpReader, type ReadRequest } from './http-reader.js';
import type { OwnPages } from './own-pages.js';
import { PipelineQueue } from './pipeline-queue.js';
import { AmbiguousRequest, answerProblem, answerProblemOnSocket, requireUnambiguous } from './refusals.js';
import type { StopEndpoint } from './stop-endpoint.js';

type HttpServerParts = {
  pages: OwnPages;
  stopEndpoint: StopEndpoint;
  handler: CallHandler;
  /** Counts the refusal of something that never became a call. */
  countRefusal(code: 'ambiguous_request' | 'request_timeout'): void;
  maxHeaderBytes: number;
  /** For a whole request with its body. */
  requestTimeoutMs: number;
  log: Logger;
};

/** From the start of a connection, or from the end of the last response, to the end of a head. */
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 65_000;
/** How often Node looks for late heads and requests. Its default of 30 s would allow that much more time. */
const LATE_CHECK_MS = 1_000;

/**
 * The gateway's HTTP/1.1 server. Node reports requests and faults in several ways. Each leads to one of two places: the
 * canonical request and its handler, or one of our problem responses.
 */
export function createHttpServer(parts: HttpServerParts): Server {
  const server = createServer({
    // We refuse such requests ourselves; Node would send its own response.
    requireHostHeader: false,
    insecureHTTPParser: false,
    maxHeaderSize: parts.maxHeaderBytes,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: Math.max(parts.requestTimeoutMs, HEADERS_TIMEOUT_MS),
    connectionsCheckingInterval: LATE_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  });
  // Not a WeakMap: with many connections, each garbage collection would have to scan it.
  const readers = new Map<Socket, HttpReader>();
  server.on('connection', (socket) => {
    const reader = new HttpReader(2 * parts.maxHeaderBytes);
    readers.set(socket, reader);
    socket.on('close', () => readers.delete(socket));
    // Before the parser: when the parser reports a request, the reader must already have its bytes.
    socket.prependListener('data', (bytes: Buffer) => reader.push(bytes));
  });
  const pipelines = new PipelineQueue();
  const receive = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    // The response's `close` event reports a client that disconnects. Without these listeners the error would be
    // uncaught.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const message = readRequest(readers.get(request.socket), request);
    const isQueued = pipelines.enqueue(request.socket, response, () =>
      serve(parts, { request, response, expectsContinue, message }),
    );
    if (!isQueued) {
      parts.countRefusal('ambiguous_request');
      request.socket.destroy();
    }
  };
  server.on('request', receive(false));
  // A `100 Continue` before the decision would invite a body that the client may not send.
  server.on('checkContinue', receive(true));
  server.on('checkExpectation', receive(false));
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node gives up the connection here. Its errors are ours from now on; an unhandled one would end the process.
    socket.on('error', () => undefined);
    parts.countRefusal('ambiguous_request');
    if (pipelines.isAnswering(socket)) socket.destroy();
    else answerProblemOnSocket(socket, 'ambiguous_request', { detail: 'a method that is never forwarded' });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    refuseConnection(parts, error, socket, pipelines.isAnswering(socket));
  });
  return server;
}

/** A request as Node reports it, with what was read of it or the error of reading it. */
type Received = {
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
  message: ReadRequest | Error;
};

/** Never throws: it runs inside the parser's callback, where an error would end the process and all its calls. */
function readRequest(reader: HttpReader | undefined, request: IncomingMessage): ReadRequest | Error {
  try {
    requireUnambiguous(reader !== undefined, 'the connection has no reader');
    return reader.readRequest(request);
  } catch (error) {
    return error as Error;
  }
}

async function serve(
  { pages, stopEndpoint, handler, countRefusal, log }: HttpServerParts,
  { request, response, expectsContinue, message }: Received,
): Promise<void> {
  try {
    if (message instanceof Error) throw message;
    const { canonical, arrival, chunks } = message;
    const odd = chunks?.violation();
    if (odd !== undefined) throw odd;
    if (stopEndpoint.isFor(canonical))
      await stopEndpoint.answer({ canonical, request, response, expectsContinue });
    else if (pages.has(canonical.service)) await pages.answer(canonical, response);
    else await handler.handle({ canonical, request, response, expectsContinue, arrival, chunks });
  } catch (error) {
    if (error instanceof AmbiguousRequest) {
      countRefusal('ambiguous_request');
      answerProblem(response, 'ambiguous_request', { detail: error.message, close: true });
      return;
    }
    // An internal error refuses the request and ends the call that was under way.
    log.error(describeError(error), 'a request could not be handled');
    answerProblem(response, 'record_unavailable', { close: true });
    if (!response.writableEnded) response.destroy();
  }
}

/** Refuses what the parser could not read, or what did not arrive in time. */
function refuseConnection(
  { countRefusal }: HttpServerParts,
  error: NodeJS.ErrnoException,
  socket: Socket,
  answering: boolean,
): void {
  // In the middle of a response, another response would be read as part of it. So the refusal is counted and the
  // connection is closed.
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
