import { usageError } from '../command/errors.js';

/** Each would send the token somewhere else than to the grant's gateway. */
const REFUSED = ['--location-trusted', '--url', '--next', '-:', '--url-query'];

/**
 * Arguments for the real curl: the first that begins with `/`, and is not the value of an option before it
 * (`-o /dev/null`), becomes that path under the grant's service, as written. The token comes from `headerFile`, never from here.
 */
export function curlArguments(args: readonly string[], gatewayUrl: string, headerFile: string): string[] {
  const given = args[0] === '--' ? args.slice(1) : [...args];
  const at = pathIndex(given);
  if (at < 0) throw usageError('curl needs a path that begins with "/", such as /tenants/acme/invoices');
  const refused = given.find((argument) => REFUSED.includes(argument.split('=')[0] ?? ''));
  if (refused !== undefined) {
    throw usageError(`${refused} is refused here: the token goes to the grant's gateway and nowhere else`);
  }
  given[at] = gatewayUrl + given[at];
  // --path-as-is: what the gateway judges is what was typed, not what curl makes of dot segments.
  return ['--path-as-is', '--header', `@${headerFile}`, ...given];
}

function pathIndex(args: readonly string[]): number {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (argument.startsWith('/')) return at;
    if (takesNext(argument)) at++;
  }
  return -1;
}

/** Short options of curl (8.14) that take a value, in the same argument (`-o/dev/null`) or the next one. */
const SHORT = new Set('AbCcDdEeFHhKmoPQrTtUuwXxYyz');

/** Long options of curl (8.14) that take a value, from `curl --help all`, and those that older versions had. */
const LONG = new Set(
  `abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
  continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode
  delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine
  etag-compare etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
  ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header help hostpubmd5 hostpubsha256 hsts interface
  ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options
  mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir
  parallel-max pass pinnedpubkey postquote preproxy prequote proto proto-default proto-redir proxy proxy-cacert
  proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass
  proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser
  proxy-user proxy1.0 pubkey quote random-file range rate referer request request-target resolve retry retry-delay
  retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5 socks5-gssapi-service socks5-hostname
  speed-limit speed-time ssl-sessions stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype
  tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file upload-flags url url-query user user-agent
  variable vlan-priority write-out`.split(/\s+/),
);

/** Whether curl takes the argument after this one for its value. Within `-sSo` the last letter decides. */
export function takesNext(argument: string): boolean {
  if (argument.startsWith('--')) return LONG.has(argument.slice(2));
  if (!argument.startsWith('-')) return false;
  const letters = [...argument.slice(1)];
  const first = letters.findIndex((letter) => SHORT.has(letter));
  return first >= 0 && first === letters.length - 1;
}
