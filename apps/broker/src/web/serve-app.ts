import type { Request, RequestHandler, Response } from 'express';
import { HttpProblem } from '../http/problem.js';
import type { BuiltApp, BuiltFile } from './built-app.js';

/** Nothing inline, nothing from elsewhere, no framing. Sign-in leaves by following links, not by forms. */
const APP_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** First segments that programs speak to: never answered with a page, whatever stands behind them. */
const PROGRAMS: ReadonlySet<string> = new Set([
  'api',
  'auth',
  'oauth',
  'gateway',
  'log',
  'slack',
  'healthz',
  'readyz',
  'metrics',
  'countersign',
  '.well-known',
]);

/**
 * Serves the pages: assets under their hashed names for ever, and for every other path of a reader the one page
 * whose script finds out what to show. It reads no session and gives nobody anything but the public files.
 */
export function serveApp(app: BuiltApp | undefined): RequestHandler {
  return (request, response, next) => {
    const asset = app?.assets.get(request.path);
    const download = app?.downloads.get(request.path);
    if (request.method !== 'GET' && request.method !== 'HEAD') next();
    else if (asset !== undefined) send(asset, FOR_EVER, request, response);
    else if (download !== undefined) {
      response.setHeader('Content-Disposition', 'attachment');
      send(download, 'no-cache', request, response);
    } else if (!isPage(request)) next();
    else if (app === undefined)
      throw new HttpProblem('not_ready', 'The pages have not been built. Run: npm run build');
    else {
      response.setHeader('Content-Security-Policy', APP_POLICY);
      // A customer's own signing page, opened by ours, has to be able to answer it.
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin-allow-popups');
      send(app.index, 'no-cache', request, response);
    }
  };
}

const FOR_EVER = 'public, max-age=31536000, immutable';

/** A browser asks for a page by its name; a program that mistyped an address is told so in its own language. */
function isPage({ path, headers }: Request): boolean {
  if (path === '/') return true;
  const first = path.split('/')[1] ?? '';
  return (
    first !== 'assets' &&
    !PROGRAMS.has(first) &&
    !/[%.\\]/.test(path) &&
    (headers.accept ?? '').includes('text/html')
  );
}

function send(file: BuiltFile, caching: string, request: Request, response: Response): void {
  const { type, body, brotli, gzip } = file;
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', caching);
  response.setHeader('Vary', 'Accept-Encoding');
  const accepted = request.acceptsEncodings(['br', 'gzip', 'identity']);
  const packed = accepted === 'br' ? brotli : accepted === 'gzip' ? gzip : undefined;
  if (packed !== undefined) response.setHeader('Content-Encoding', String(accepted));
  response.setHeader('Content-Length', (packed ?? body).length);
  response.end(request.method === 'HEAD' ? undefined : (packed ?? body));
}
