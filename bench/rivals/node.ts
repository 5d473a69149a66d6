import { type Rival, startServer } from './rival.js';

/** @fastify/http-proxy behind @fastify/jwt, as their documentation shows. */
export const fastifyProxy: Rival = {
  ...{ name: 'Fastify http-proxy + @fastify/jwt', needs: 'npm install', verifies: true },
  start: (setup) => startServer('fastify-proxy', setup),
};

/** It checks nothing and writes nothing down: the floor of Node's `http` with undici. */
export const bareProxy: Rival = {
  ...{ name: 'bare undici proxy (checks nothing)', needs: 'npm install', verifies: false },
  start: (setup) => startServer('bare-proxy', setup),
};
