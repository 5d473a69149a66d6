/**
 * Loaded before each end-to-end test file. It checks every answer of a broker to `fetch` against the broker's own OpenAPI
 * document, and fails the test in which an undocumented answer occurred.
 */
import { sharedAnswerCheck } from '../support/openapi/answer-check.js';
import { brokerOrigins, foreignOrigins } from '../support/openapi/broker-origins.js';

/** Paths that only a broker has. Other programs also have `/healthz` and the like. */
const BROKERS = /^\/(api|oauth|gateway\/v1|\.well-known)(\/|$)/;

/** Paths of the API. All other paths are pages and their files. */
const API = /^\/(api|auth|oauth|gateway|log|\.well-known|healthz|readyz|metrics)(\/|$)/;
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const plainFetch = globalThis.fetch;
const undocumented: string[] = [];

globalThis.fetch = async (input, init) => {
  const answer = await plainFetch(input, init);
  const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
  if (foreignOrigins.has(origin)) return answer;
  if (!BROKERS.test(pathname) && !brokerOrigins.has(origin)) return answer;
  // Nothing has an address with a NUL, so no endpoint documents its 404.
  if (pathname.includes('%00') && answer.status === 404) return answer;
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  if (!API.test(pathname) && READS.has(method) && answer.status === 200) return answer;
  const answerCheck = await sharedAnswerCheck(() => plainFetch(`${origin}/api/openapi.json`));
  const type = answer.headers.get('content-type')?.split(';')[0] ?? null;
  const isStream = type === 'text/event-stream';
  const { body, copy } = isStream ? { body: undefined, copy: answer } : await readOnce(answer);
  const problem = answerCheck?.problem({ method, path: pathname, status: answer.status, type, body });
  if (problem !== undefined) undocumented.push(problem);
  return copy;
};

/** Statuses whose answers have no body; `Response` accepts none for them. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Reads an answer, and makes the same answer again for the test. `clone()` would cost more than most calls. If the connection
 * ends early, the test gets that error when it reads the body.
 */
async function readOnce(answer: Response): Promise<{ body: string | undefined; copy: Response }> {
  const { status, statusText, headers, url, redirected } = answer;
  const read = await answer.arrayBuffer().catch((error: unknown) => ({ error }));
  const failed = 'error' in read;
  const again = failed ? new ReadableStream({ start: (stream) => stream.error(read.error) }) : read;
  const copy = new Response(BODILESS.has(status) ? null : again, { status, statusText, headers });
  Object.defineProperties(copy, { url: { value: url }, redirected: { value: redirected } });
  return { body: failed ? undefined : new TextDecoder().decode(read), copy };
}

const expectDocumented = () => expect([...new Set(undocumented.splice(0))]).toEqual([]);
afterEach(expectDocumented);
afterAll(expectDocumented);
