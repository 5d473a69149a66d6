import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { authorisePage } from './authorise-page.js';
import { SlackError } from './errors.js';
import type { Json } from './messages.js';
import { type Api, dispatch } from './methods/dispatch.js';
import { discovery, jwks } from './methods/openid.js';
import { respond } from './respond.js';
import type { Troubles } from './troubles.js';

const LARGEST = 2_000_000;

/** A call of the Web API, as it came and as it was answered. */
export interface ApiCall {
  method: string;
  args: Json;
  /** `ok`, or Slack's word for what was wrong. */
  answer: string;
  at: number;
}

export interface Site {
  api: Api;
  troubles: Troubles;
  calls: ApiCall[];
}

/** Slack's addresses: the Web API, what follows a press, the pages that people authorise on. */
export const slackServer = (site: Site): Server =>
  createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', site.api.origin);
    const broken = site.troubles.broken();
    if (broken === 'cut') return void request.socket.destroy();
    if (broken !== null) return void response.writeHead(broken).end('<html>Service Unavailable</html>');
    const body = await read(request);
    if (pathname.startsWith('/api/')) return answerMethod(site, pathname.slice(5), request, response, body);
    if (pathname.startsWith('/hooks/')) return answerHook(site, pathname.slice(7), response, body);
    if (request.method === 'GET') return answerPage(site, pathname, searchParams, response);
    response.writeHead(404).end();
  });

async function answerMethod(
  site: Site,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const { args, token } = argumentsOf(request, body);
  const call: ApiCall = { method, args, answer: 'ok', at: site.api.world.now() };
  site.calls.push(call);
  try {
    site.troubles.refuse(method, args);
    const answer = await dispatch(site.api, method, token, args);
    await site.troubles.afterwards(method);
    if (site.troubles.broken() === 'cut' || site.troubles.loseAnswer(method)) {
      request.socket.destroy();
      return;
    }
    json(response, 200, { ok: true, ...answer });
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    call.answer = error.code;
    const wait = error.retryAfter === null ? {} : { 'retry-after': String(error.retryAfter) };
    const faults = error.faults.length === 0 ? {} : { response_metadata: { messages: error.faults } };
    json(response, error.retryAfter === null ? 200 : 429, { ok: false, error: error.code, ...faults }, wait);
  }
}

function answerHook(site: Site, id: string, response: ServerResponse, body: string): void {
  try {
    respond(site.api.world, id, JSON.parse(body) as Json);
    response.writeHead(200).end('ok');
  } catch (error) {
    const code = error instanceof SlackError ? error.code : 'invalid_payload';
    site.calls.push({ method: 'response_url', args: {}, answer: code, at: site.api.world.now() });
    response.writeHead(code === 'used_url' || code === 'expired_url' ? 404 : 400).end(code);
  }
}

function answerPage(site: Site, path: string, query: URLSearchParams, response: ServerResponse): void {
  const { origin } = site.api;
  switch (path) {
    case '/.well-known/openid-configuration':
      json(response, 200, discovery(origin));
      break;
    case '/openid/connect/keys':
      json(response, 200, jwks());
      break;
    case '/oauth/v2/authorize':
      authorisePage(site.api, 'install', query, response);
      break;
    case '/openid/connect/authorize':
      authorisePage(site.api, 'openid', query, response);
      break;
    default:
      response.writeHead(404).end();
  }
}

/** The token comes as bearer, for OAuth as basic credentials, or among the arguments. */
function argumentsOf(request: IncomingMessage, body: string): { args: Json; token: string } {
  const type = String(request.headers['content-type'] ?? '');
  const args: Json = type.startsWith('application/json')
    ? (JSON.parse(body === '' ? '{}' : body) as Json)
    : Object.fromEntries(new URLSearchParams(body));
  const authorization = request.headers.authorization ?? '';
  const { token: inArguments, ...others } = args;
  if (authorization.startsWith('Basic ')) {
    const [id = '', secret = ''] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
    Object.assign(others, { client_id: decodeURIComponent(id), client_secret: decodeURIComponent(secret) });
  }
  const bearer = authorization.startsWith('Bearer ') ? authorization.slice(7) : String(inArguments ?? '');
  return { args: others, token: bearer };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw new Error('a request larger than Slack takes');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
