import httpProxy from '@fastify/http-proxy';
import jwt from '@fastify/jwt';
import { fastify } from 'fastify';

/** The rival: verifies the bearer token's signature, issuer and audience, and forwards the call. It writes nothing down. */
const app = fastify();
await app.register(jwt, {
  secret: { private: '', public: String(process.env['PUBLIC_KEY']) },
  verify: {
    algorithms: ['ES256'],
    allowedIss: String(process.env['ISSUER']),
    allowedAud: String(process.env['AUDIENCE']),
  },
});
app.get('/ready', async () => 'ready');
await app.register(httpProxy, {
  upstream: String(process.env['UPSTREAM']),
  prefix: '/billing',
  preHandler: async (request) => {
    await request.jwtVerify();
  },
});
await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
