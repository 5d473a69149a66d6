import { once } from 'node:events';
import tls from 'node:tls';
import { isLoopbackHost, withoutBrackets } from '@countersign/contract';
import { type Finding, failed, ok, skipped, warning } from './finding.js';

const TIMEOUT_MS = 3_000;
/** A certificate that ends sooner is reported, so that there is time to renew it. */
const RENEW_DAYS = 14;
const DAY_MS = 86_400_000;

/** The oldest version that RFC 9325 §3.1.1 accepts. */
const OLDEST = 'TLSv1.2';
/**
 * Suites that RFC 9325 §4.1 advises against: without forward secrecy, without encryption, or without authentication. A server
 * that accepts one of them can be downgraded to it.
 */
const WEAK_SUITES = 'kRSA:aNULL:eNULL:@SECLEVEL=0';

const MEND =
  'Correct the program that ends TLS there: only TLS 1.2 and 1.3, only suites with forward secrecy (docs/gateways/ has configurations).';

type Offer = Pick<tls.ConnectionOptions, 'minVersion' | 'maxVersion' | 'ciphers' | 'rejectUnauthorized'>;

/**
 * Checks the TLS of an address that people and programs outside use: versions, suites, and whether this machine trusts the
 * certificate, as a browser would.
 *
 * @param ca PEM of authorities to trust instead of those of this machine
 */
export async function checkTransport(name: string, address: string, ca?: string): Promise<Finding> {
  const url = new URL(address);
  // The environment accepts plain http for this machine only.
  if (url.protocol === 'http:') return skipped(name, `${address} is on this machine: no TLS`);
  const honest = await handshake(url, {}, ca);
  if ('code' in honest)
    return isAboutCertificates(honest.code)
      ? failed(
          name,
          `${address}: the certificate is not trusted (${honest.code})`,
          'Install a certificate of a public authority for this name.',
        )
      : skipped(name, `checked once ${address} speaks TLS`);
  const weak: [string, Offer][] = [
    [
      'a version before TLS 1.2',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    ],
    ['a suite without forward secrecy', { maxVersion: OLDEST, ciphers: WEAK_SUITES }],
  ];
  for (const [what, offer] of weak)
    if (!('code' in (await handshake(url, { ...offer, rejectUnauthorized: false }))))
      return failed(name, `${address} accepts ${what}`, MEND);
  const days = Math.floor((honest.validTo - Date.now()) / DAY_MS);
  if (days < RENEW_DAYS)
    return warning(name, `${address}: the certificate ends in ${days} days`, 'Renew the certificate.');
  return ok(name, `${address}: ${honest.version}, the certificate is valid for ${days} days`);
}

/**
 * Whether broker and gateway have hosts of their own. Pages of a data service that a gateway passes on would otherwise be of
 * the same site as the pages that approve access, and cookies ignore ports.
 */
export function checkHosts(brokerUrl: string, gatewayUrl: string): Finding {
  const name = 'hosts';
  const [broker, gateway] = [new URL(brokerUrl), new URL(gatewayUrl)];
  if (isLoopbackHost(broker.hostname)) return skipped(name, 'broker and gateway are on this machine');
  return broker.hostname === gateway.hostname
    ? warning(
        name,
        `broker and gateway share the host ${broker.hostname}`,
        'Give each a host name of its own: pages of a data service would be of the same site as the pages that approve access.',
      )
    : ok(name, 'broker and gateway have hosts of their own');
}

/** `sslmode`s with which `pg` encrypts the connection and verifies the server's certificate. */
const VERIFIED = new Set(['prefer', 'require', 'verify-ca', 'verify-full']);

/** How the broker reaches a database on another machine. Nothing if the database is on this one. */
export function checkDatabaseTransport(databaseUrl: string): Finding[] {
  if (!/^postgres(ql)?:/.test(databaseUrl)) return [];
  const { hostname, searchParams } = new URL(databaseUrl);
  if (hostname === '' || isLoopbackHost(hostname)) return [];
  const name = 'database TLS';
  const mode = searchParams.get('sslmode') ?? 'disable';
  return [
    VERIFIED.has(mode)
      ? ok(name, `sslmode=${mode}`)
      : warning(
          name,
          `sslmode=${mode}: ${mode === 'no-verify' ? 'the server’s certificate is not verified' : 'the connection is not encrypted'}`,
          'Add sslmode=verify-full to COUNTERSIGN_DATABASE_URL, and sslrootcert=FILE for an authority of your own.',
        ),
  ];
}

type Handshake = { version: string; validTo: number } | { code: string };

async function handshake(url: URL, offer: Offer, ca?: string): Promise<Handshake> {
  const host = withoutBrackets(url.hostname);
  const port = url.port === '' ? 443 : Number(url.port);
  let socket: tls.TLSSocket;
  try {
    socket = tls.connect({ host, port, servername: host, ...offer, ...(ca === undefined ? {} : { ca }) });
  } catch (error) {
    // This machine's OpenSSL cannot make this offer.
    return { code: (error as NodeJS.ErrnoException).code ?? 'NO_OFFER' };
  }
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { valid_to: validTo } = socket.getPeerCertificate();
    return { version: socket.getProtocol() ?? '', validTo: Date.parse(validTo) };
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' };
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** Node's names for what is wrong with a certificate (`tls`, "X509 certificate error codes"). */
const isAboutCertificates = (code: string): boolean =>
  /^(CERT_|CRL_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|INVALID_|HOSTNAME_|ERR_TLS_CERT_)/.test(code);
