import { serviceDefinition } from '../convert.js';
import type { Finding, Path } from '../problem.js';
import type { Readable } from '../readable.js';

/** Bytes as JSON. A leaf of the log has room for 60,000: for controls beside those that they replace, for one whole map. */
const MAX_CONTROLS = 25_000;
const MAX_SERVICE = 55_000;

/** Nothing may be applied that the log could not say: the change would fail, and so would each that follows it. */
export function sizes({ services, tenants }: Readable): Finding[] {
  return [
    ...services.flatMap(({ path, entry }) =>
      entry === undefined
        ? []
        : tooLarge([...path, 'routes'], 'this service', serviceDefinition(entry), MAX_SERVICE),
    ),
    ...tenants.flatMap(({ controls: { path, value } }) =>
      tooLarge([...path, largestOf(value)], 'what the tenant demands', value, MAX_CONTROLS),
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
