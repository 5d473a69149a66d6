import type { Logger } from 'pino';
import type { ServiceHost } from '../authorize/route-maps.js';
import type { BrowserAccess } from '../browser/browser-access.js';
import { atServiceHost } from '../browser/service-host.js';
import { Http1Server, type ServerSecurity } from '../http1/http1-server.js';
import type { ServerBehaviour } from '../http1/server-connection.js';
import type { ServerResponse } from '../http1/server-response.js';
import type { CallHandler } from './call-handler.js';
import {
  type CanonicalRequest,
  readCanonicalRequest,
  readHealthCheck,
  requireUsualBody,
} from './canonical-request.js';
import type { Exchange } from './exchange.js';
import type { ExternalAuthorization } from './external-authorization.js';
import type { OwnPages } from './own-pages.js';
import { answerProblem, refuseAmbiguous, refuseError, refuseFault } from './refusals.js';
import type { StopEndpoint } from './stop-endpoint.js';

type HttpServerParts = {
  pages: OwnPages;
  stopEndpoint: StopEndpoint;
  handler: CallHandler;
  externalAuthorization: ExternalAuthorization;
  browsers: BrowserAccess;
  /** The service with this host of its own. */
  serviceAt(host: string): ServiceHost | undefined;
  /** Counts the refusal of something that never became a call. */
  countRefusal(code: 'ambiguous_request' | 'request_timeout' | 'handshake_failed'): void;
  maxHeaderBytes: number;
  /** The wall clock, in milliseconds since the epoch. */
  wallClock(): number;
  log: Logger;
  /** Absent: plain HTTP. */
  security: ServerSecurity | undefined;
};

/**
 * The gateway's HTTP/1.1 server. Each message leads to one of two places: the canonical request and its handler, or one of
 * our problem responses.
 */
export function createHttpServer(parts: HttpServerParts): Http1Server<CanonicalRequest> {
  const { countRefusal } = parts;
  const behaviour: ServerBehaviour<CanonicalRequest> = {
    maxHeadBytes: parts.maxHeaderBytes,
    read: (head, sameFields) => {
      const check = readHealthCheck(head);
      // At a service's own host these paths are the service's.
      if (check !== undefined && parts.serviceAt(check.host) === undefined) return check;
      return atServiceHost(readCanonicalRequest(head, sameFields), parts.serviceAt);
    },
    serve: (exchange) => {
      requireTlsOfBrowsers(parts, exchange.response);
      serve(parts, exchange);
    },
    refuse: (response, rule) => {
      requireTlsOfBrowsers(parts, response);
      refuseAmbiguous(parts, response, rule);
    },
    refuseLate: (response) => {
      countRefusal('request_timeout');
      answerProblem(response, 'request_timeout', { close: true });
    },
    countUnanswered: () => countRefusal('ambiguous_request'),
    countHandshake: (isLate) => countRefusal(isLate ? 'request_timeout' : 'handshake_failed'),
    onFault: (error, response) => refuseFault(parts.log, response, error),
    wallClock: () => parts.wallClock(),
  };
  return new Http1Server(behaviour, parts.security);
}

/** RFC 6797, for a year: a browser that has connected by TLS never uses plain http again. The upstream's own header is not forwarded. */
const STRICT_TRANSPORT = ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'];

function requireTlsOfBrowsers({ security }: HttpServerParts, response: ServerResponse): void {
  if (security !== undefined) response.addFields(STRICT_TRANSPORT);
}

/** Most requests are answered without a promise. What remains of the others may fail later. */
function serve(parts: HttpServerParts, exchange: Exchange): void {
  try {
    route(parts, exchange)?.catch((error: unknown) => refuseError(parts, exchange.response, error));
  } catch (error) {
    refuseError(parts, exchange.response, error);
  }
}

function route(parts: HttpServerParts, exchange: Exchange): Promise<void> | undefined {
  const { pages, stopEndpoint, handler, externalAuthorization, browsers } = parts;
  const { canonical, response } = exchange;
  const isForBrowsers = browsers.isFor(canonical);
  const isQuestion = externalAuthorization.isFor(canonical);
  if (!isForBrowsers && !isQuestion && !pages.has(canonical.service)) return handler.handle(exchange);
  requireUsualBody(canonical);
  if (isForBrowsers) return browsers.answer(exchange);
  if (stopEndpoint.isFor(canonical)) return stopEndpoint.answer(exchange);
  if (isQuestion) return externalAuthorization.answer(exchange);
  return pages.answer(canonical, response);
}
