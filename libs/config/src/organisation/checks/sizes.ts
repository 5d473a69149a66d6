import { serviceDefinition } from '../convert.js';
import type { Finding, Path } from '../problem.js';
import type { Readable, ReadableVendor } from '../readable.js';

/**
 * Limits in bytes of JSON. A leaf of the log holds 60,000: enough for a policy and the one that it replaces, with the vendor's
 * other settings before and after, and for one whole map.
 */
const MAX_POLICY = 25_000;
const MAX_VENDOR = 29_500;
const MAX_SERVICE = 55_000;
const SPLIT =
  ' (several hundred routes): let some of its routes be a service of their own, on the same upstream';

/** A leaf has the hash of an endpoint in place of its address. */
const ENDPOINT = `sha256:${'0'.repeat(64)}`;

/** The log must be able to hold every change. Otherwise the change would fail, and so would each later one. */
export function sizes({ vendor, policy, services, tenants }: Readable): Finding[] {
  return [
    ...vendorSize(vendor, policy),
    ...(policy === undefined
      ? []
      : tooLarge(['accessPolicy', 'rules'], 'the access policy', policy, MAX_POLICY)),
    ...services.flatMap(({ path, entry }) =>
      entry === undefined
        ? []
        : tooLarge([...path, 'routes'], 'this service', serviceDefinition(entry), MAX_SERVICE, SPLIT),
    ),
    ...tenants.flatMap(({ controls: { path, value } }) =>
      tooLarge([...path, largestOf(value)], 'the tenant’s privacy controls', value, MAX_POLICY),
    ),
  ];
}

/** A policy that is too long is reported by itself. Here it counts as the longest that is allowed. */
function vendorSize({ name, oidc, webhooks }: ReadableVendor, policy: Readable['policy']): Finding[] {
  const logged = webhooks.map(({ url: _, ...rest }) => ({ endpoint: ENDPOINT, ...rest }));
  const rest = { name, oidc: oidc ?? null, webhooks: logged };
  const beside = Math.min(bytesOf(policy ?? {}), MAX_POLICY);
  const longest = bytesOf(rest.oidc) > bytesOf(rest.webhooks) ? 'oidc' : 'webhooks';
  return tooLarge(['vendor', longest], 'the vendor’s settings beside its policy', rest, MAX_VENDOR - beside);
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const largestOf = (value: object): string =>
  Object.entries(value).reduce((most, each) => (bytesOf(each[1]) > bytesOf(most[1]) ? each : most))[0];

function tooLarge(path: Path, what: string, value: unknown, most: number, advice = ''): Finding[] {
  const bytes = bytesOf(value);
  if (bytes <= most) return [];
  return [
    { path, detail: `makes ${what} ${bytes} bytes long as JSON; the log has room for ${most}${advice}` },
  ];
}
