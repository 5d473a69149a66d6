import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { requestLog } from '../observe/logging.js';
import { Metrics, measure } from '../observe/metrics.js';
import { builtApp, serveApp } from '../web/pages.js';
import { ClientAddresses } from './client-address.js';
import { networkOf } from './network-of.js';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';
import { Shutdown } from './shutdown.js';

const MAX_HEADERS = 100;
const ONCE = ['authorization', 'cookie', 'origin', 'idempotency-key', 'last-event-id'];

/** Express, before Nest uses it: its router keeps the settings that it finds on first use. */
export function expressServer(): Express {
  const server = express();
  server.disable('x-powered-by');
  server.set('etag', false);
  server.set('query parser', 'simple');
  server.set('case sensitive routing', true);
  server.set('trust proxy', false);
  return server;
}

/** What every request passes before it is routed. Nothing here authorizes a call or reads a body: the guards do (`http.module.ts`). */
export function useMiddleware(app: NestExpressApplication, logger: Logger): void {
  app.use(requestLog(logger));
  app.use(measure(app.get(Metrics)));
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] },
      },
      // The broker has a host name of its own (docs/security/deployment.md); what is below that name is https too.
      strictTransportSecurity: { includeSubDomains: true },
      crossOriginResourcePolicy: { policy: 'same-origin' },
    }),
  );
  app.use(forbidCaching);
  app.use(limitHeaders);
  app.use(refuseNul);
  app.use(findClient(app.get(ClientAddresses)));
  app.use(closeConnectionsOnShutdown(app.get(Shutdown)));
  const { gatewayUrl } = app.get<BrokerSettings>(SETTINGS);
  app.use(serveApp(builtApp(), gatewayUrl));
}

/** Answers are private. A handler whose answer may be cached overwrites the header. */
function forbidCaching(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** A proxy in front of the broker could read too many headers, or repeated credentials, differently from the broker. */
function limitHeaders({ rawHeaders }: Request, _response: Response, next: NextFunction): void {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (names.length > MAX_HEADERS)
    throw new HttpProblem('invalid_request', `A request has at most ${MAX_HEADERS} headers.`);
  for (const name of ONCE)
    if (names.filter((each) => each === name).length > 1)
      throw new HttpProblem('invalid_request', `Send the header ${name} only once.`);
  next();
}

/** PostgreSQL refuses each text with a NUL. Nothing has an address with one. */
function refuseNul({ url }: Request, _response: Response, next: NextFunction): void {
  const at = url.indexOf('%00');
  if (at !== -1 && !url.slice(0, at).includes('?'))
    throw new HttpProblem('not_found', 'There is nothing at this address.');
  if (at !== -1) throw new HttpProblem('invalid_request', 'No text may have a NUL.');
  next();
}

/** Determines the address of the client, for rate limits and for rules about places. */
function findClient(addresses: ClientAddresses) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const address = addresses.of(request);
    Object.assign(request, { address, network: networkOf(address) } satisfies Partial<BrokerRequest>);
    next();
  };
}

/** While the broker stops, each answer is the last on its connection. */
function closeConnectionsOnShutdown(shutdown: Shutdown) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    if (shutdown.stopping) response.setHeader('Connection', 'close');
    next();
  };
}

/** Time limits for a request to arrive. Answers, streams above all, may take as long as they need. */
export function limitServer(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Longer than a busy client keeps its connection: closing it first would race with the client's next call.
  server.keepAliveTimeout = 65_000;
  // Node drops further headers silently. `limitHeaders` refuses such a request instead.
  server.maxHeadersCount = 0;
}
