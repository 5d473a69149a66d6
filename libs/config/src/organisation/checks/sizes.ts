import { serviceDefinition } from '../convert.js';
import type { Finding, Path } from '../problem.js';
import type { Readable } from '../readable.js';

/** Bytes as JSON. A leaf of the log has room for 60,000: for a policy beside the one that it replaces, for one whole map. */
const MAX_POLICY = 25_000;
const MAX_SERVICE = 55_000;

/** Nothing may be applied that the log could not say: the change would fail, and so would each that follows it. */
export function sizes({ policy, services, tenants }: Readable): Finding[] {
  return [
    ...(policy === undefined
      ? []
      : tooLarge(['accessPolicy', 'rules'], 'the access policy', policy, MAX_POLICY)),
    ...services.flatMap(({ path, entry }) =>
      entry === undefined
        ? []
        : tooLarge([...path, 'routes'], 'this service', serviceDefinition(entry), MAX_SERVICE),
    ),
    ...tenants.flatMap(({ controls: { path, value } }) =>
      tooLarge([...path, largestOf(value)], 'what the tenant demands', value, MAX_POLICY),
    ),
  ];
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const largestOf = (value: object): string =>
  Object.entries(value).reduce((most, each) => (bytesOf(each[1]) > bytesOf(most[1]) ? each : most))[0];

function tooLarge(path: Path, what: string, value: unknown, most: number): Finding[] {
  const bytes = bytesOf(value);
  if (bytes <= most) return [];
  return [{ path, detail: `makes ${what} ${bytes} bytes long as JSON; the log has room for ${most}` }];
}
