import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import jwt from 'jsonwebtoken';

/** The rival: verifies the bearer token's signature, issuer and audience, and nothing else. It writes nothing down. */
const jwk = JSON.parse(String(process.env['JWK'])) as JsonWebKey;
const key = createPublicKey({ key: jwk, format: 'jwk' });
const rules = {
  algorithms: ['ES256' as const],
  issuer: String(process.env['ISSUER']),
  audience: String(process.env['AUDIENCE']),
};

createServer((request, response) => {
  try {
    jwt.verify(request.headers.authorization?.slice('Bearer '.length) ?? '', key, rules);
    response.writeHead(200).end();
  } catch {
    response.writeHead(request.url === '/ready' ? 200 : 401).end();
  }
}).listen(Number(process.env['PORT']), '127.0.0.1');
