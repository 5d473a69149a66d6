import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type CountersignContextGuard, countersignContext } from '@countersign/authorization/context';
import type { Logger } from 'pino';
import type { DemoStore } from '../demo-store.js';
import { homePage, problemBody } from '../pages/billing-pages.js';
import { CONTENT_SECURITY_POLICY, renderPage } from '../pages/layout.js';
import { prefersHtml, readGatewayHeaders } from './headers.js';
import { notFound, Problem } from './problem.js';
import { dispatch, methodNotAllowed } from './routes.js';

export type DataServiceOptions = {
  store: DemoStore;
  logger: Logger;
  now: () => Date;
  /** Origins of the gateways whose calls are accepted. Absent: calls from anywhere, for tests of the service alone. */
  gateways?: readonly string[];
};

/** The service's name in the demo's organisation file. */
const AUDIENCE = 'billing';

type Answer = {
  status: number;
  headers: Record<string, string>;
  type: string;
  body: string;
};

/**
 * The demo's data service: a plain HTTP API, and pages over the same routes. It has no sign-in of its own. It shows tenants'
 * data only to calls that a gateway vouches for, each once (`countersignContext`); its home page and health are open.
 */
export function createDataService(options: DataServiceOptions): Server {
  const guard = guardOf(options);
  const server = createServer((request, response) => {
    if (isOpen(request)) respond(options, request, response);
    else guard(request, response, () => respond(options, request, response));
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 30_000;
  server.maxConnections = 2_048;
  return server;
}

function guardOf({ gateways, logger }: DataServiceOptions): CountersignContextGuard {
  if (gateways === undefined) return (_request, _response, next) => next();
  return countersignContext({
    audience: AUDIENCE,
    gateways,
    onRefused: (reason, { method }) => logger.warn({ method, reason }, 'refused: not through a gateway'),
  });
}

/** Pages that show nothing of a tenant. */
const OPEN = new Set(['/', '/healthz', '/readyz']);
const isOpen = ({ url = '' }: IncomingMessage): boolean => OPEN.has(url.split('?')[0] ?? '');

function respond(options: DataServiceOptions, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  answer(options, request)
    .then((reply) => {
      send(request, response, reply);
      const ms = Math.round(performance.now() - started);
      const path = request.url?.split('?')[0];
      options.logger.info({ method: request.method, path, status: reply.status, ms }, 'answered');
    })
    .catch((error: unknown) => {
      // The client went away while its body was read, or the answer could not be written: no one is left to answer.
      options.logger.warn({ error: String(error) }, 'call cut short');
      response.destroy();
    });
}

async function answer(options: DataServiceOptions, request: IncomingMessage): Promise<Answer> {
  const html = prefersHtml(request.headers.accept);
  try {
    return await answerCall(options, request, html);
  } catch (error) {
    if (request.destroyed && !request.complete) throw error;
    if (!(error instanceof Problem)) options.logger.error({ err: error }, 'call failed');
    const problem =
      error instanceof Problem
        ? error
        : new Problem(500, 'internal_error', 'The call could not be answered.');
    const body = html
      ? renderPage({ title: problem.title, body: problemBody(problem) })
      : JSON.stringify(problem.toJson());
    return {
      status: problem.status,
      headers: problem.headers,
      type: html ? 'text/html; charset=utf-8' : 'application/problem+json',
      body,
    };
  }
}

async function answerCall(
  { store, now }: DataServiceOptions,
  request: IncomingMessage,
  html: boolean,
): Promise<Answer> {
  const url = readUrl(request.url ?? '/');
  if (url.pathname === '/healthz' || url.pathname === '/readyz') {
    onlyGet(request);
    return json({ status: 'ok' });
  }
  if (url.pathname === '/') {
    onlyGet(request);
    const tenants = store.tenants();
    return html ? page(renderPage({ title: 'Billing', body: homePage(tenants) })) : json({ tenants });
  }
  const today = now().toISOString().slice(0, 10);
  const { view, tenant } = await dispatch(store, request, url, today);
  if (!html) return json(view.json);
  const { title, body, up } = view;
  return page(renderPage({ title, body, tenant, up, gatewayCall: readGatewayHeaders(request.headers) }));
}

/** Accepts the origin form alone (`/path?query`): this server is no proxy. */
function readUrl(target: string): URL {
  if (!target.startsWith('/') || target.startsWith('//')) throw notFound();
  return new URL(target, 'http://data-service.invalid');
}

function onlyGet(request: IncomingMessage): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed(['GET']);
}

const json = (value: unknown): Answer => ({
  status: 200,
  headers: {},
  type: 'application/json',
  body: JSON.stringify(value),
});

const page = (body: string): Answer => ({ status: 200, headers: {}, type: 'text/html; charset=utf-8', body });

function send(request: IncomingMessage, response: ServerResponse, reply: Answer): void {
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    vary: 'accept',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}
