import { usageError } from '../command/errors.js';

/** These options would send the token elsewhere than to the grant's gateway. */
const REFUSED = ['--location-trusted', '--url', '--next', '-:', '--url-query'];

/**
 * Arguments for the real curl. The first argument that begins with `/`, and is not the value of an option before it
 * (`-o /dev/null`), is a path below the grant's service. The token comes from `headerFile`, never from an argument.
 * @throws CliError `invalid_usage` without a path, or for a refused option
 */
export function buildCurlArguments(
  args: readonly string[],
  gatewayUrl: string,
  headerFile: string,
): string[] {
  const given = args[0] === '--' ? args.slice(1) : [...args];
  const at = findPath(given);
  if (at < 0) throw usageError('curl needs a path that begins with "/", such as /tenants/acme/invoices');
  const refused = given.find((argument) => REFUSED.includes(argument.split('=')[0] ?? ''));
  if (refused !== undefined) {
    throw usageError(`${refused} is refused here: the token goes to the grant's gateway and nowhere else`);
  }
  given[at] = gatewayUrl + given[at];
  // --path-as-is: the gateway must see the path as it was typed; curl would resolve dot segments.
  return ['--path-as-is', '--header', `@${headerFile}`, ...given];
}

function findPath(args: readonly string[]): number {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (argument.startsWith('/')) return at;
    if (takesNextArgument(argument)) at++;
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

/** Whether curl reads the next argument as this option's value. In `-sSo` the last letter decides. */
function takesNextArgument(argument: string): boolean {
  if (argument.startsWith('--')) return LONG.has(argument.slice(2));
  if (!argument.startsWith('-')) return false;
  const letters = [...argument.slice(1)];
  const first = letters.findIndex((letter) => SHORT.has(letter));
  return first >= 0 && first === letters.length - 1;
}
