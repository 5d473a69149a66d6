import { usageError } from '../command/errors.js';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Options of curl that are refused although curl knows them. The key says what they would do. Names of two characters are
 * short options. Options that are in no list here are refused too: a newer curl may give them any meaning, and an older one
 * accepts abbreviations (`--prox`).
 */
export const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'the token goes to the grant’s gateway and nowhere else': words(`
    --url --url-query --next -: --config -K --location-trusted --variable
    --proxy -x --preproxy --proxy1.0 --proxytunnel -p --proxy-user -U --proxy-header --noproxy
    --socks4 --socks4a --socks5 --socks5-hostname
    --connect-to --resolve --unix-socket --abstract-unix-socket --alt-svc --ipfs-gateway
    --doh-url --doh-insecure --doh-cert-status --dns-servers --dns-interface --dns-ipv4-addr --dns-ipv6-addr`),
  'the gateway’s certificate is always verified; name its authority with --cacert': words('--insecure -k'),
  'it would show the token; see the answer’s headers with -i or -D': words(
    '--verbose -v --trace --trace-ascii --trace-config --trace-ids --trace-time --libcurl',
  ),
};

/** Long options that take the next argument as their value. */
const WITH_VALUE = new Set(
  words(`
    aws-sigv4 cacert capath cert cert-type ciphers connect-timeout continue-at cookie cookie-jar create-file-mode
    crlfile curves data data-ascii data-binary data-raw data-urlencode delegation dump-header ech egd-file engine
    etag-compare etag-save expect100-timeout form form-string happy-eyeballs-timeout-ms header hsts interface ip-tos
    json keepalive-cnt keepalive-time key key-type limit-rate local-port login-options max-filesize max-redirs max-time
    netrc-file oauth2-bearer output output-dir parallel-max pass pinnedpubkey proto proto-default proto-redir range rate
    random-file referer request request-target retry retry-delay retry-max-time sasl-authzid service-name sigalgs
    speed-limit speed-time ssl-sessions stderr time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser
    upload-file user user-agent vlan-priority write-out`),
);

/** Long options without a value. curl also knows each as `--no-…`. */
const FLAGS = new Set(
  words(`
    alpn anyauth append basic buffer ca-native cert-status clobber compressed create-dirs crlf digest disable
    disallow-username-in-url fail fail-early fail-with-body false-start follow form-escape get globoff head http0.9
    http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include ipv4 ipv6
    junk-session-cookies keepalive location mptcp negotiate netrc netrc-optional npn ntlm out-null parallel
    parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter raw remote-header-name remote-name
    remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir sessionid show-error
    show-headers silent skip-existing ssl ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort
    styled-output tcp-fastopen tcp-nodelay tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding use-ascii
    xattr`),
);

/** Short options that take a value, in the same argument (`-o/dev/null`) or the next one; and those that take none. */
const SHORT_WITH_VALUE = new Set('AbCcDdEeFHmorTuwXYyz');
const SHORT_FLAGS = new Set('#012346aBfGgIijJLlNnOqRSsZ');

/**
 * Arguments for the real curl: exactly one path below the grant's service, and options that cannot send the token to
 * another address, read further options from a file, or show the token. The token comes from `headerFile`, never from an
 * argument.
 * @throws CliError `invalid_usage` without a path or with a second one, and for an option that is refused or not known
 */
export function buildCurlArguments(
  args: readonly string[],
  gatewayUrl: string,
  headerFile: string,
): string[] {
  const options = args[0] === '--' ? args.slice(1) : [...args];
  const [at, second] = operandsOf(options);
  if (at === undefined || !options[at]?.startsWith('/'))
    throw usageError('curl needs a path that begins with "/", such as /tenants/acme/invoices');
  if (second !== undefined)
    throw usageError('curl takes exactly one path here, and no other URL: the token is for one call');
  options[at] = gatewayUrl + options[at];
  return [
    // First, or it is ignored: the user's .curlrc could name a proxy or another URL.
    '-q',
    // The gateway must see the path as it was typed. curl would resolve dot segments, and make several URLs of one.
    '--path-as-is',
    '--globoff',
    // Plain http goes to this machine only. A proxy named by http_proxy would read the token.
    ...(gatewayUrl.startsWith('http:') ? ['--noproxy', '*'] : []),
    '--header',
    `@${headerFile}`,
    ...options,
  ];
}

/** The path of the call, without its query. The arguments must be those that `buildCurlArguments` accepts. */
export function pathIn(args: readonly string[]): string {
  const [at = 0] = operandsOf(args[0] === '--' ? args.slice(1) : args);
  const url = args[0] === '--' ? args[at + 1] : args[at];
  return url?.split('?', 1)[0] ?? '';
}

const TO_FILES = new Set(['output', 'remote-name', 'remote-name-all', 'out-null']);

/** Whether curl writes the answer to its standard output, and not to a file. */
export function printsAnswer(args: readonly string[]): boolean {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (!argument.startsWith('-') || argument === '--') continue;
    if (writesToFile(argument)) return false;
    if (argument.startsWith('--') ? longTakesNext(argument) : shortTakesNext(argument)) at++;
  }
  return true;
}

function writesToFile(argument: string): boolean {
  if (argument.startsWith('--')) return TO_FILES.has(argument.slice(2));
  const letters = [...argument.slice(1)];
  const last = letters.findIndex((letter) => SHORT_WITH_VALUE.has(letter));
  return letters.slice(0, last === -1 ? letters.length : last + 1).some((letter) => /[oO]/.test(letter));
}

/** Where the arguments are that curl takes as URLs. @throws CliError `invalid_usage` for an option that may not be used */
function operandsOf(args: readonly string[]): number[] {
  const operands: number[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (!argument.startsWith('-')) operands.push(at);
    else if (argument.startsWith('--') ? longTakesNext(argument) : shortTakesNext(argument)) at++;
  }
  return operands;
}

function longTakesNext(argument: string): boolean {
  requireNotRefused(argument);
  const name = argument.slice(2);
  if (WITH_VALUE.has(name)) return true;
  if (FLAGS.has(name.replace(/^no-/, ''))) return false;
  throw unknown(argument);
}

/** `-sSo FILE` is `-s -S -o FILE`. The letters end at the first one that takes a value. */
function shortTakesNext(argument: string): boolean {
  const letters = [...argument.slice(1)];
  for (const [index, letter] of letters.entries()) {
    requireNotRefused(`-${letter}`);
    if (SHORT_WITH_VALUE.has(letter)) return index === letters.length - 1;
    if (!SHORT_FLAGS.has(letter)) throw unknown(`-${letter}`);
  }
  if (letters.length === 0) throw unknown(argument);
  return false;
}

function requireNotRefused(option: string): void {
  for (const [why, options] of Object.entries(REFUSED))
    if (options.includes(option)) throw usageError(`${option} is refused here: ${why}`);
}

const unknown = (option: string) =>
  usageError(
    `${option} is refused here: it is none of the options of curl that are known to be safe. Write options in full, and values as the next argument`,
  );
