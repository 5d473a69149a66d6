import { existsSync } from 'node:fs';
import { onPath } from '../support/foreign.js';
import { type NginxParts, startNginx } from '../support/nginx.js';
import { type Rival, type RivalSetup, startServer } from './rival.js';

const NJS_MODULE = '/usr/lib/nginx/modules/ngx_http_js_module.so';

/** nginx queries a Node program with `jsonwebtoken` for each call; the processor time is that of both. */
export const nginxAuthRequest: Rival = {
  ...{ name: 'nginx auth_request + jsonwebtoken', needs: 'nginx-light', verifies: true },
  async start(setup) {
    const program = onPath('nginx');
    if (program === undefined) return undefined;
    const checker = await startServer('plain-checker', setup);
    const checkDirectives = `proxy_pass http://checker;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";`;
    const http = `upstream checker { server ${new URL(checker.origin).host}; keepalive 128; }`;
    const nginx = await startNginx(program, proxy(setup, { checkDirectives, http }), setup.closing);
    return { origin: nginx.origin, pids: [...nginx.pids, ...checker.pids] };
  },
};

/** nginx verifies the token itself, in its own JavaScript (njs) with Web Crypto. */
export const nginxNjs: Rival = {
  ...{ name: 'nginx njs (Web Crypto)', needs: 'libnginx-mod-http-js', verifies: true },
  async start(setup) {
    const program = onPath('nginx');
    if (program === undefined || !existsSync(NJS_MODULE)) return undefined;
    const parts = proxy(setup, {
      ...{ main: `load_module ${NJS_MODULE};`, http: 'js_import checker from checker.js;' },
      ...{ checkDirectives: 'js_content checker.check;', files: { 'checker.js': checkerScript(setup) } },
    });
    return startNginx(program, parts, setup.closing);
  },
};

/** A proxy that lets `checkDirectives` decide about each call. */
const proxy = (
  { upstream }: RivalSetup,
  { checkDirectives, http, ...rest }: Partial<NginxParts> & { checkDirectives: string },
): NginxParts => ({
  ...rest,
  http: `large_client_header_buffers 4 16k;
  ${http}
  upstream billing { server ${upstream}; keepalive 128; keepalive_requests 100000000; }`,
  server: `location = /ready { return 200; }
    location = /check {
      internal;
      ${checkDirectives}
    }
    location /billing/ {
      auth_request /check;
      proxy_pass http://billing/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "";
    }`,
});

/** njs begins each request with a new memory, so that the key is imported for each. */
const checkerScript = ({ issuer, audience, jwk }: RivalSetup): string => `
const JWK = ${JSON.stringify({ kty: jwk['kty'], crv: jwk['crv'], x: jwk['x'], y: jwk['y'] })};
async function isValid(header) {
  const parts = header.slice('Bearer '.length).split('.');
  const read = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());
  if (read(parts[0]).alg !== 'ES256') return false;
  const key = await crypto.subtle.importKey('jwk', JWK, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const rule = { name: 'ECDSA', hash: 'SHA-256' };
  const signed = Buffer.from(parts[0] + '.' + parts[1]);
  const verified = await crypto.subtle.verify(rule, key, Buffer.from(parts[2], 'base64url'), signed);
  if (!verified) return false;
  const claims = read(parts[1]);
  if (claims.iss !== ${JSON.stringify(issuer)} || claims.aud !== ${JSON.stringify(audience)}) return false;
  return claims.exp > Date.now() / 1000;
}
async function check(r) {
  try {
    const valid = await isValid(r.headersIn.authorization || '');
    r.return(valid ? 200 : 401);
  } catch (e) {
    r.return(401);
  }
}
export default { check };
`;
