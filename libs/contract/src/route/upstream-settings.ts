import { z } from 'zod';
import { isDatabase } from './database.js';

/**
 * TLS towards an upstream. The files are on the gateway's host, below the folder that its operator has for this upstream
 * (docs/gateway.md, TLS to upstreams).
 */
export type UpstreamTls = {
  /** PEM certificates of the authorities that may vouch for the upstream. Absent: those that Node has. */
  caFile?: string;
  /** PEM certificate (with its chain) and private key by which the upstream knows the gateway. */
  certFile?: string;
  keyFile?: string;
  /** The name in the upstream's certificate, if it is not the host of its address. */
  serverName?: string;
};

/**
 * How a gateway signs what it tells an upstream about a call (`Countersign-Context`): with its own Ed25519 key, with a key
 * that it shares with this upstream alone, or not at all.
 */
export const CONTEXT_MODES = ['ed25519', 'hmac', 'none'] as const;
export type ContextMode = (typeof CONTEXT_MODES)[number];

/** How gateways connect to a service's upstream, and sign for it; absent: `ed25519`. Not part of the route map, and not of its hash. */
export type UpstreamSettings = {
  tls?: UpstreamTls;
  context?: ContextMode;
  /**
   * The origin at which browsers reach the service through its gateways, `https://billing.gw.example`. Requests for this
   * host are for this service, with the whole path as the upstream's. Absent: only `/{service}/…`, and no browser session.
   */
  origin?: string;
  /** True: gateways add a script to the service's pages that shows the engineer's access. Goes with `origin`; absent: they do not. */
  overlay?: true;
};

/** Printable ASCII. Dot segments and the place are checked where the file is read: only that host knows its folders. */
const FILE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const DNS_NAME =
  /^(?=.{1,253}$)(?!.*\.[0-9]+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

const file = z.exactOptional(
  z.string().max(255).regex(FILE, 'must be the path of a file, in printable ASCII'),
);

/** The rules between its members are in `findUpstreamProblems`. */
export const upstreamTlsSchema: z.ZodType<UpstreamTls> = z.strictObject({
  caFile: file,
  certFile: file,
  keyFile: file,
  serverName: z.exactOptional(
    z.string().regex(DNS_NAME, 'must be a DNS name: certificates for addresses need no other name'),
  ),
});

/** Labels of DNS, at least two: a name of its own below a domain, and no address. */
const SERVICE_HOST =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** An origin exactly as browsers spell it (RFC 6454), for one service alone. The rules of its host are in `findUpstreamProblems`. */
export const serviceOriginSchema = z
  .string()
  .max(300)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
    error: 'must be an origin as browsers spell it, such as https://billing.gw.example',
  });

/** One broken rule, with a JSON Pointer into the service. */
export type UpstreamProblem = { pointer: string; detail: string };

/** The rules between a service's address and its settings. */
export function findUpstreamProblems(
  upstream: string,
  { tls, origin, context, overlay }: { [Name in keyof UpstreamSettings]: UpstreamSettings[Name] | undefined },
): UpstreamProblem[] {
  const problems = origin === undefined ? [] : originProblems(new URL(origin));
  if (isDatabase({ upstream })) {
    const detail = 'goes with an HTTP upstream, and this one is a database';
    if (origin !== undefined) problems.push({ pointer: '/origin', detail });
    if (context !== undefined) problems.push({ pointer: '/context', detail });
  }
  if (overlay !== undefined && origin === undefined)
    problems.push({ pointer: '/overlay', detail: 'goes with origin: only there do browsers open pages' });
  if (tls === undefined) return problems;
  if (!upstream.startsWith('https:') && !isDatabase({ upstream })) {
    problems.push({
      pointer: '/tls',
      detail: 'goes with an upstream whose address begins with https: or postgres:',
    });
  }
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const missing = tls.certFile === undefined ? 'certFile' : 'keyFile';
    problems.push({ pointer: `/tls/${missing}`, detail: 'certFile and keyFile go together' });
  }
  return problems;
}

/**
 * A browser session is a cookie, and cookies belong to a host and ignore its port. So a service has a host name of its own,
 * and plain HTTP only where browsers keep it on this machine.
 */
function originProblems({ hostname, protocol }: URL): UpstreamProblem[] {
  const problems: UpstreamProblem[] = [];
  const pointer = '/origin';
  if (!SERVICE_HOST.test(hostname) || /\.[0-9]+$/.test(hostname))
    problems.push({ pointer, detail: 'has a host name of at least two labels, such as billing.gw.example' });
  if (protocol !== 'https:' && !hostname.endsWith('.localhost'))
    problems.push({ pointer, detail: 'begins with https:, unless its host ends in .localhost' });
  return problems;
}
