import { z } from 'zod';
import { byCodeUnit } from '../resource/scope.js';

/** Which pages of other origins browsers let call a service, and what those pages may read (CORS, Fetch §3.2). */
export type CorsRules = {
  /** `https://app.example`: as a browser sends it in `Origin`. `*`, alone, for pages of every origin. */
  origins: string[];
  /** Browsers send and keep cookies in such calls. Never with `*`. */
  credentials?: true;
  /** Headers of answers that pages may read, beside those that browsers always show and those of the gateway itself. */
  exposeHeaders?: string[];
  /** For how many seconds a browser may keep the answer to a preflight. */
  maxAge?: number;
};

/** Browsers keep such an answer for at most a day. */
const MAX_AGE_SECONDS = 86_400;
const ANY_ORIGIN = '*';

/** The rules between its members are in `findCorsProblems`. */
export const corsSchema: z.ZodType<CorsRules> = z.strictObject({
  origins: z.array(z.string().max(255)).min(1, 'at least one origin').max(100),
  credentials: z.exactOptional(z.literal(true, 'true, or left out')),
  exposeHeaders: z.exactOptional(
    z
      .array(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header: letters, digits and -'))
      .min(1)
      .max(100),
  ),
  maxAge: z.exactOptional(z.int().min(0).max(MAX_AGE_SECONDS)),
});

/** One broken rule, with a JSON Pointer into the service. */
type CorsProblem = { pointer: string; detail: string };

/**
 * Every problem of a service's `cors`. An origin is compared with `Origin` byte by byte, so it must be spelled as browsers
 * spell it. `null` is no origin: every sandboxed page has it.
 */
export function findCorsProblems({ origins, credentials }: CorsRules): CorsProblem[] {
  const problems = origins.flatMap((origin, index) => {
    const pointer = `/cors/origins/${index}`;
    if (origins.indexOf(origin) < index) return [{ pointer, detail: 'names an origin twice' }];
    if (origin === ANY_ORIGIN || isBrowserOrigin(origin)) return [];
    return [{ pointer, detail: 'an origin is * or as browsers send it: https://app.example, without path' }];
  });
  if (!origins.includes(ANY_ORIGIN)) return problems;
  if (origins.length > 1)
    problems.push({ pointer: '/cors/origins', detail: '* is the only origin, or not among them' });
  if (credentials === true)
    problems.push({ pointer: '/cors/credentials', detail: 'goes with listed origins, never with *' });
  return problems;
}

/** Scheme, host and port. The parser alone would take `*` in a host. */
const ORIGIN = /^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/;

function isBrowserOrigin(text: string): boolean {
  return ORIGIN.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** The value of `Access-Control-Allow-Origin` for a page of this origin; undefined if the rules do not list it. */
export function allowedOrigin({ origins }: CorsRules, origin: string): string | undefined {
  if (origins.includes(ANY_ORIGIN)) return ANY_ORIGIN;
  return origins.includes(origin) ? origin : undefined;
}

/** As the hash of a route map covers it: lists sorted, each name once, header names in lower case. */
export function normalisedCors({ origins, exposeHeaders, ...rest }: CorsRules): CorsRules {
  return {
    ...rest,
    origins: sorted(origins),
    ...(exposeHeaders && { exposeHeaders: sorted(exposeHeaders.map((name) => name.toLowerCase())) }),
  };
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort(byCodeUnit);
