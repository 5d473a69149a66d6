import { isIPv4 } from 'node:net';
import { z } from 'zod';

/** True for `localhost`, 127.0.0.0/8 and ::1, as a URL's `hostname` spells them. */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]' || hostname === '::1') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}

/** The rule that a web address breaks, or undefined. Plain http is for this machine only, in any mode. */
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

/** An origin such as `https://broker.example`, given back without a final slash. */
export const originUrl = z.string().transform((value, context) => {
  const problem = webUrlProblem(value, 'none');
  if (problem === undefined) return new URL(value).origin;
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});
