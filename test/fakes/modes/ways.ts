import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CountersignContextOptions,
  countersignContext,
  countersignGuard,
} from '@countersign/authorization/context';
import type { CallMode } from '@countersign/contract';
import { All, Controller, HttpException, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import { fastify } from 'fastify';
import type { GatewayWorld } from '../gateway-world.js';
import type { ServiceStub } from './service-stub.js';

export const PROXY_SECRET = 'k'.repeat(43);

/** A call as its caller sends it. `target`: the path at the service, with query, sent as it is written. */
export type Sent = {
  token?: string | undefined;
  method?: string;
  target?: string;
  headers?: string[];
  body?: string;
};

/** `whole` resolves to false if the response broke off. */
export type Answer = {
  status: number;
  headers: IncomingMessage['headers'];
  text: Promise<string>;
  whole: Promise<boolean>;
};

/** One way to make a call: through the gateway, through a proxy that asks the gateway, or to a service that asks the gateway. */
export type Way = { name: string; mode: CallMode; call(sent: Sent): Promise<Answer> };

/** Each mode with each of its protocols. `stop` closes the services. */
export async function startWays(
  world: GatewayWorld,
  service: ServiceStub,
): Promise<{ ways: Way[]; stop(): Promise<void> }> {
  world.upstream.answer = service.serve;
  const { url } = world.gateway;
  const options = {
    audience: 'billing',
    ask: { gateway: url, service: 'billing', secret: PROXY_SECRET },
  };
  const servers: Server[] = [];
  const listening = async (server: Server): Promise<string> => {
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const nest = await startNest(options, service);
  const withFastify = await startFastify(options, service);
  const middleware = (name: string, origin: string): Way => ({
    ...{ name, mode: 'middleware' },
    call: (sent) => sendExactly(origin, sent),
  });
  const ways: Way[] = [
    {
      name: 'gateway',
      mode: 'gateway',
      call: (sent) => send(url, `/billing${sent.target ?? DEFAULT_TARGET}`, sent),
    },
    ...(Object.keys(PROXIES) as ProxyName[]).map((name) => proxy(name, url, service)),
    middleware('middleware, node:http', await listening(plain(options, service))),
    middleware('middleware, Express', await listening(withExpress(options, service))),
    middleware('middleware, Fastify', withFastify.origin),
    middleware('middleware, Nest', nest.origin),
  ];
  const stop = async () => {
    service.release();
    await nest.close();
    await withFastify.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { ways, stop };
}

export const DEFAULT_TARGET = '/tenants/acme/invoices/7';

/** How each proxy asks: the path of the question, and the fields that it sets. Its method is the call's for Envoy alone. */
const PROXIES = {
  nginx: (method: string, target: string) => ({
    path: '/authz/nginx/billing',
    ...{
      method: 'GET',
      fields: ['X-Original-Method', method, 'X-Original-URI', target, 'X-Original-Host', 'x'],
    },
  }),
  traefik: (method: string, target: string) => ({
    path: '/authz/traefik/billing',
    ...{
      method: 'GET',
      fields: ['X-Forwarded-Method', method, 'X-Forwarded-Uri', target, 'X-Forwarded-Host', 'x'],
    },
  }),
  envoy: (method: string, target: string) => ({ path: `/authz/envoy/billing${target}`, method, fields: [] }),
};
type ProxyName = keyof typeof PROXIES;

/**
 * A stand-in for a proxy. It asks the gateway as the real one does. On 200 it notes a call with the gateway's fields at the service,
 * without sending it.
 */
function proxy(name: ProxyName, gateway: string, service: ServiceStub): Way {
  const call = async (sent: Sent): Promise<Answer> => {
    const { method = 'GET', target = DEFAULT_TARGET, headers = [] } = sent;
    const question = PROXIES[name](method, target);
    const fields = [...headers, 'Countersign-Proxy-Secret', PROXY_SECRET, ...question.fields];
    const answer = await send(gateway, question.path, {
      token: sent.token,
      method: question.method,
      headers: fields,
    });
    await answer.whole;
    if (answer.status === 200) service.received.push({ method, target, headers: answer.headers });
    return answer;
  };
  return { name, mode: 'authz', call };
}

function plain(options: CountersignContextOptions, service: ServiceStub): Server {
  const guard = countersignContext(options);
  return createServer((incoming, response) =>
    guard(incoming, response, () => service.serve(incoming, response)),
  );
}

function withExpress(options: CountersignContextOptions, service: ServiceStub): Server {
  const app = express();
  app.use(countersignContext(options));
  app.use(service.serve);
  return createServer(app);
}

/** Every path and method that Fastify knows; the body is left to the service. */
async function startFastify(
  options: CountersignContextOptions,
  service: ServiceStub,
): Promise<{ origin: string; close(): Promise<void> }> {
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', countersignContext(options));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.all('*', (request, reply) => {
    reply.hijack();
    service.serve(request.raw, reply.raw);
  });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return { origin, close: () => app.close() };
}

async function startNest(
  options: CountersignContextOptions,
  service: ServiceStub,
): Promise<{ origin: string; close(): Promise<void> }> {
  @Controller()
  class Everything {
    @All('*rest')
    answer(@Req() incoming: IncomingMessage, @Res() response: ServerResponse): void {
      service.serve(incoming, response);
    }
  }
  @Module({ controllers: [Everything] })
  class App {}
  const app = await NestFactory.create(App, { logger: false, forceCloseConnections: true });
  app.useGlobalGuards(countersignGuard(options, (body, status) => new HttpException(body, status)));
  await app.listen(0, '127.0.0.1');
  return { origin: await app.getUrl(), close: () => app.close() };
}

/** Sends a call to the server of this origin, with its target as it is written. */
export const sendExactly = (origin: string, sent: Sent): Promise<Answer> =>
  send(origin, sent.target ?? DEFAULT_TARGET, sent);

/** Sends a request with exactly this target. `fetch` would normalize it. */
function send(
  origin: string,
  path: string,
  { token, method = 'GET', headers = [], body }: Sent,
): Promise<Answer> {
  const { host, hostname, port } = new URL(origin);
  const bearer = token === undefined ? [] : ['Authorization', `Bearer ${token}`];
  const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path,
        method,
        agent: false,
        headers: ['Host', host, ...bearer, ...length, ...headers],
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('error', () => undefined);
        const whole = new Promise<boolean>((done) => response.on('close', () => done(response.complete)));
        const { statusCode = 0 } = response;
        resolve({ status: statusCode, headers: response.headers, whole, text: whole.then(() => text) });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
