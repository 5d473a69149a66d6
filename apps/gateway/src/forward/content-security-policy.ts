/**
 * Whether the policies of a page permit it to load from its own origin (Content Security Policy Level 3). `directive`: what it loads.
 * Every policy has to permit it. Each header field is a list of policies, separated by commas. This check is stricter than browsers:
 * if it does not understand a policy, the answer is no.
 *
 * @param policies values of the page's `Content-Security-Policy` fields
 * @param origin the page's own origin
 */
export function allowsOwnOrigin(
  policies: readonly string[],
  origin: string,
  directive: 'script-src-elem' | 'connect-src',
): boolean {
  return policies.flatMap((value) => value.split(',')).every((policy) => allows(policy, origin, directive));
}

/** The directives that apply, in this order; the first one that the policy has decides. */
const APPLIES = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
} as const;

function allows(policy: string, origin: string, directive: keyof typeof APPLIES): boolean {
  const directives = readPolicy(policy);
  // A sandboxed page has an opaque origin unless it says otherwise, and may run no script.
  if (directives.has('sandbox')) return false;
  const name = APPLIES[directive].find((each) => directives.has(each));
  if (name === undefined) return true;
  const sources = directives.get(name) ?? [];
  // With 'strict-dynamic' only nonces and hashes permit scripts.
  if (directive === 'script-src-elem' && sources.includes("'strict-dynamic'")) return false;
  return sources.some((source) => source === '*' || source === "'self'" || source === origin);
}

/** The sources of each directive, in lower case. If a policy has a directive twice, the first one counts. */
function readPolicy(policy: string): Map<string, string[]> {
  const directives = new Map<string, string[]>();
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().toLowerCase().split(/\s+/);
    if (name !== '' && !directives.has(name)) directives.set(name, sources);
  }
  return directives;
}
