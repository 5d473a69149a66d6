import { usageError } from '../runtime/cli-error.js';
import { takesNext } from './curl-options.js';

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
