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
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  if (!API.test(pathname) && READS.has(method) && answer.status === 200) return answer;
  const answerCheck = await sharedAnswerCheck(() => plainFetch(`${origin}/api/openapi.json`));
  const type = answer.headers.get('content-type')?.split(';')[0] ?? null;
  const body =
    type === 'text/event-stream'
      ? undefined
      : await answer
          .clone()
          .text()
          .catch(() => undefined);
  const problem = answerCheck?.problem({ method, path: pathname, status: answer.status, type, body });
  if (problem !== undefined) undocumented.push(problem);
  return answer;
};

const expectDocumented = () => expect([...new Set(undocumented.splice(0))]).toEqual([]);
afterEach(expectDocumented);
afterAll(expectDocumented);
