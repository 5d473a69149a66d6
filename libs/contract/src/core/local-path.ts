const LONGEST = 2_000;
/** A path of our own: one slash, then nothing that browsers take for another host, nor for a line of a header. */
const LOCAL = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;
const ANYWHERE = 'http://here.invalid';

/**
 * Where to go after signing in: a path of this broker, whatever was asked for. No other host can be named
 * (CWE-601); what is no such path leads to the start page. Broker and pages ask the same function.
 */
export function safeLocalPath(asked: unknown): string {
  if (typeof asked !== 'string' || asked.length > LONGEST || !LOCAL.test(asked)) return '/';
  const url = new URL(asked, ANYWHERE);
  const path = `${url.pathname}${url.search}${url.hash}`;
  return url.origin === ANYWHERE && LOCAL.test(path) ? path : '/';
}
