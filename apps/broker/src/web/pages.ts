import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Request, RequestHandler } from 'express';
import { type BuiltFile, send } from '../http/built-file.js';
import { HttpProblem } from '../http/problem.js';

/** Where `npm run build` puts the pages, whether the broker runs compiled or from source. */
const FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../../dist/apps/web/' : '../../../web/', import.meta.url),
);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.sha256': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
};

/** What the page of one route needs at once. */
interface FirstLoad {
  /** The address of the page, such as `/requests/:id`, as a pattern with named parts. */
  pattern: RegExp;
  /** Paths of scripts. */
  scripts: readonly string[];
  /** Paths of answers, with the named parts of the address as `:name`. */
  answers: readonly string[];
}

export interface BuiltApp {
  index: BuiltFile;
  /** What the policy allows as the style of the index: `'sha256-…'`. */
  style: string;
  firstLoads: readonly FirstLoad[];
  /** Files for customers to keep: `/signing/NAME`, `/verifier/NAME`. The broker never shows them as pages. */
  downloads: ReadonlyMap<string, BuiltFile>;
  /** By path: `/assets/NAME-HASH.js`. */
  assets: ReadonlyMap<string, BuiltFile>;
  /** What browsers know by a fixed address: the worker for pushes, and what makes the pages an app that can be installed. */
  fixed: ReadonlyMap<string, BuiltFile>;
}

const FIXED = /^\/(push-worker\.js|manifest\.webmanifest|icons\/[a-z0-9-]+\.png)$/;

let built: BuiltApp | undefined;

/** The built pages of this program, for all brokers that run in one process. Undefined if they have not been built. */
export function builtApp(): BuiltApp | undefined {
  built ??= readBuiltApp(FOLDER);
  return built;
}

/**
 * Reads the built pages once. Later requests are looked up by exact path, so no path of a request ever reaches the disk.
 * Undefined if the pages have not been built.
 */
function readBuiltApp(folder: string): BuiltApp | undefined {
  const files = new Map(
    filesOf(folder).map((path) => [`/${relative(folder, path).split(sep).join('/')}`, path]),
  );
  const read = new Map<string, BuiltFile>();
  for (const [name, path] of files) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    read.set(name, {
      type,
      body: readFileSync(path),
      brotli: optional(files.get(`${name}.br`)),
      gzip: optional(files.get(`${name}.gz`)),
    });
  }
  const index = read.get('/index.html');
  if (index === undefined) return undefined;
  const below = (folder: string) => new Map([...read].filter(([name]) => name.startsWith(folder)));
  return {
    index,
    style: styleHash(index.body.toString('utf8')),
    firstLoads: readFirstLoads(files.get('/pages.json') ?? ''),
    assets: below('/assets/'),
    fixed: new Map([...read].filter(([name]) => FIXED.test(name))),
    downloads: new Map([...below('/signing/'), ...below('/verifier/')]),
  };
}

function styleHash(page: string): string {
  const [, style] = page.match(/<style>([^<]*)<\/style>/) ?? [];
  if (style === undefined) throw new Error('the built page has no style');
  return `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
}

/** The build lists them (apps/web/first-load.ts). */
function readFirstLoads(path: string): FirstLoad[] {
  const pages = JSON.parse(readFileSync(path, 'utf8')) as (Omit<FirstLoad, 'pattern'> & { path: string })[];
  return pages.map(({ path, scripts, answers }) => ({
    pattern: new RegExp(`^/${path.replaceAll(/:(\w+)/g, '(?<$1>[\\w-]+)')}$`),
    scripts,
    answers,
  }));
}

/**
 * The `Link` header for a page: its scripts and its first answers, which the browser then loads beside the page itself.
 * Without it, each would wait for the one before.
 */
function linksOf(firstLoads: readonly FirstLoad[], path: string): string | undefined {
  for (const { pattern, scripts, answers } of firstLoads) {
    const { groups = {}, 0: found } = pattern.exec(path) ?? {};
    if (found === undefined) continue;
    return [
      ...scripts.map((script) => `<${script}>; rel=modulepreload; crossorigin`),
      ...answers.map((answer) => {
        const address = answer.replaceAll(/:(\w+)/g, (_part, name: string) => groups[name] ?? '');
        return `<${address}>; rel=preload; as=fetch; crossorigin`;
      }),
    ].join(', ');
  }
  return undefined;
}

const optional = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Nothing from other hosts, no frames, and nothing inline but the page's own style. Sign-in leaves the pages by links, not by
 * forms.
 *
 * @param style the hash of that style
 * @param also an origin that the page's script may call, beside the broker's own
 */
const appPolicy = (style: string, ...also: string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${style}`,
    "font-src 'self'",
    "img-src 'self'",
    ['connect-src', "'self'", ...also].join(' '),
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The trust page asks a gateway itself what it has pinned. No other page calls another origin. */
const ASKS_GATEWAY = '/trust';

/** First path segments for programs: they are never answered with a page. */
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
 * Serves the pages: assets under their hashed names, cached for ever, and for every other path of a browser the one page
 * whose script decides what to show. It reads no session and serves only public files.
 */
export function serveApp(app: BuiltApp | undefined, gatewayUrl: string): RequestHandler {
  const style = app?.style ?? "'none'";
  const policy = appPolicy(style);
  const trustPolicy = appPolicy(style, new URL(gatewayUrl).origin);
  return (request, response, next) => {
    const asset = app?.assets.get(request.path);
    const fixed = app?.fixed.get(request.path);
    const download = app?.downloads.get(request.path);
    if (request.method !== 'GET' && request.method !== 'HEAD') next();
    else if (asset !== undefined) send(asset, FOR_EVER, request, response);
    else if (fixed !== undefined) {
      // The worker loads nothing but the picture of its notices.
      response.setHeader('Content-Security-Policy', "default-src 'none'; img-src 'self'");
      send(fixed, 'no-cache', request, response);
    } else if (download !== undefined) {
      response.setHeader('Content-Disposition', 'attachment');
      send(download, 'no-cache', request, response);
    } else if (!isPage(request)) next();
    else if (app === undefined)
      throw new HttpProblem('not_ready', 'The pages have not been built. Run: npm run build');
    else {
      response.setHeader('Content-Security-Policy', request.path === ASKS_GATEWAY ? trustPolicy : policy);
      // Our page opens a customer's own signing page and must be able to receive its answer.
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin-allow-popups');
      // What the page's own script can read of this answer.
      if (isOpenedHere(request)) response.setHeader('Server-Timing', 'opened-here');
      const links = linksOf(app.firstLoads, request.path);
      if (links !== undefined) response.setHeader('Link', links);
      send(app.index, 'no-cache', request, response);
    }
  };
}

const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * Whether the person opened the page, or one of ours did, and no other site. The browser says so, and no site can change what it
 * says. The page may then begin a sign-in without a press.
 */
const isOpenedHere = ({ headers }: Request): boolean =>
  headers['sec-fetch-site'] === 'none' || headers['sec-fetch-site'] === 'same-origin';

/** Whether a browser requests a page. A program that mistyped an address gets a problem document instead. */
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
