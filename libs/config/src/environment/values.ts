import { isIP } from 'node:net';
import { isLoopbackHost, kindOfAddress, parseDuration, withoutBrackets } from '@countersign/contract';
import { z } from 'zod';

const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9-]{1,63})*$/;

/** A whole decimal number within bounds; no signs, spaces, hex or exponents. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .refine((value) => DECIMAL.test(value) && Number(value) >= least && Number(value) <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .transform(Number);

const LONGEST_SECONDS = 7 * 86_400;

/** An ISO 8601 duration of a minute to a week, as seconds. */
export const shortDuration = z.string().transform((value, context): number => {
  const seconds = parseDuration(value);
  if (seconds !== undefined && seconds >= 60 && seconds <= LONGEST_SECONDS) return seconds;
  context.addIssue({ code: 'custom', message: 'must be an ISO 8601 duration from PT1M to P7D' });
  return z.NEVER;
});

/** An ISO 8601 duration of up to a week, as seconds; `PT0S` does not wait. */
export const waitingTime = z.string().transform((value, context): number => {
  const seconds = value === 'PT0S' ? 0 : parseDuration(value);
  if (seconds !== undefined && seconds <= LONGEST_SECONDS) return seconds;
  context.addIssue({ code: 'custom', message: 'must be an ISO 8601 duration from PT0S to P7D' });
  return z.NEVER;
});

/** A TCP port; 0 lets the system choose one. */
export const port = wholeNumber(0, 65_535);

export const listenHost = z.string().refine((value) => isIP(value) !== 0 || HOST_NAME.test(value), {
  error: 'must be an IP address or a host name',
});

export const folder = z
  .string()
  .refine((value) => !value.includes('\0'), { error: 'must be a folder path without NUL' });

export const file = z
  .string()
  .refine((value) => !value.includes('\0'), { error: 'must be a file path without NUL' });

/** `sqlite:PATH` or `postgres://…`. Kept as written: the store reads the rest. */
export const databaseUrl = z.string().refine(
  (value) => {
    if (value.startsWith('sqlite:')) return value.length > 'sqlite:'.length && !value.includes('\0');
    return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value);
  },
  { error: 'must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME' },
);

/** A network in CIDR notation; an address alone is a network of its own. */
function networkFrom(text: string): string | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : undefined;
  if (most === undefined || more.length > 0) return undefined;
  const prefix = bits ?? String(most);
  return DECIMAL.test(prefix) && Number(prefix) <= most ? `${address}/${prefix}` : undefined;
}

/** Networks in CIDR notation, separated by commas. A network of all addresses would believe every client. */
export const networks = z.string().transform((value, context): string[] => {
  const parts = value.split(',').map((part) => networkFrom(part.trim()));
  const known = parts.filter((part) => part !== undefined && !part.endsWith('/0')) as string[];
  if (known.length === parts.length) return known;
  context.addIssue({
    code: 'custom',
    message: 'must be networks such as 10.0.0.0/8 or 2001:db8::1, separated by commas, and not /0',
  });
  return z.NEVER;
});

/** `HOST:PORT` in one spelling: a lower-case name, or an address with IPv6 in brackets, and a decimal port. */
function destinationFrom(text: string): string | undefined {
  const [, host = '', digits = ''] = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+):(\d{1,5})$/i.exec(text) ?? [];
  const address = withoutBrackets(host);
  const isHost = isIP(address) === 0 ? HOST_NAME.test(host) : kindOfAddress(address) !== 'never';
  if (!isHost || !URL.canParse(`http://${host}`)) return undefined;
  // A number that URLs read as an IPv4 address (`2130706433`) is not spelt as one.
  const { hostname } = new URL(`http://${host}`);
  if (isIP(withoutBrackets(hostname)) !== isIP(address)) return undefined;
  return Number(digits) >= 1 && Number(digits) <= 65_535 ? `${hostname}:${Number(digits)}` : undefined;
}

/** Hosts with their ports, separated by commas. */
export const destinations = z.string().transform((value, context): string[] => {
  const parts = value.split(',').map((part) => destinationFrom(part.trim()));
  const known = parts.filter((part) => part !== undefined);
  if (known.length === parts.length) return known;
  context.addIssue({
    code: 'custom',
    message:
      'must list each private destination as HOST:PORT, separated by commas, such as 10.1.2.3:6514,[fd00::7]:443,syslog.internal:6514; there is no value for all of them, and link-local and other special addresses are never called',
  });
  return z.NEVER;
});

const MASTER_KEY_BYTES = 32;

/** 32 bytes in padded or unpadded standard base64; anything that does not re-encode to itself is refused. */
export const masterKey = z.string().transform((value, context): Uint8Array => {
  const bytes = Buffer.from(value, 'base64');
  const canonical = bytes.toString('base64');
  if (bytes.length === MASTER_KEY_BYTES && (value === canonical || value === canonical.replace(/=+$/, ''))) {
    return new Uint8Array(bytes);
  }
  context.addIssue({ code: 'custom', message: 'must be 32 bytes in base64' });
  return z.NEVER;
});

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const logLevel = z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` });

/** A secret of printable ASCII. `shape` says which form it must have; errors never show the value. */
export const secretToken = (pattern: RegExp, shape: string) =>
  z.string().refine((value) => pattern.test(value), { error: `must ${shape}` });

/** The rule that a web address breaks, or undefined. Plain http is allowed for this machine only, in any mode. */
export function webUrlProblem(value: string, path: 'none' | 'any' = 'any'): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return 'must be an http(s) URL';
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or password';
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(value)) return 'must have no query and no fragment';
  if (path === 'none' && url.pathname !== '/') return 'must be an origin without a path';
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return 'must be https (plain http is accepted for loopback addresses and localhost only)';
  }
  return undefined;
}

/** An origin such as `https://broker.example`, returned without a final slash. */
export const originUrl = z.string().transform((value, context) => {
  const problem = webUrlProblem(value, 'none');
  if (problem === undefined) return new URL(value).origin;
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

/** Origins, separated by commas. */
export const originUrls = z.string().transform((value, context): string[] => {
  const parts = value.split(',').map((part) => part.trim());
  const problem = parts.map((part) => webUrlProblem(part, 'none')).find((each) => each !== undefined);
  if (problem === undefined) return parts.map((part) => new URL(part).origin);
  context.addIssue({ code: 'custom', message: `each of them ${problem}` });
  return z.NEVER;
});
