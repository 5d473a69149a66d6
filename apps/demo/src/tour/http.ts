import type { AnswerOf, Endpoint } from '@countersign/api';
import { sleep } from '@countersign/runtime';
import type { z } from 'zod';
import { TourError } from './step.js';

const CALL_TIMEOUT_MS = 10_000;
const PAUSE_MS = 25;

/** `code` is the problem's; null for other answers. `body` is null unless it is JSON. */
export type HttpAnswer = { status: number; code: string | null; body: unknown; headers: Headers };

/** One HTTP call. Its credential never appears in an error. @throws TourError `not_running` if nothing answers */
export async function call(
  method: string,
  url: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<HttpAnswer> {
  const { body, headers } = options;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch {
    throw new TourError(
      'not_running',
      `nothing answers at ${new URL(url).origin}: start it with "npm start"`,
    );
  }
  const value = parseJson(text);
  const code = typeof value === 'object' && value !== null && 'code' in value ? String(value.code) : null;
  return { status: response.status, code, body: value, headers: response.headers };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const bearer = (credential: string): Record<string, string> => ({
  authorization: `Bearer ${credential}`,
});

/** What an endpoint of the broker's API needs besides its route. */
export type EndpointCall = {
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
};

/** Calls an endpoint of the broker's API, whatever its status. */
export function callEndpoint(
  brokerUrl: string,
  { route }: Endpoint,
  { params = {}, query = {}, body }: EndpointCall,
  headers: Record<string, string>,
): Promise<HttpAnswer> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  const url = `${brokerUrl}${path}${search === '' ? '' : `?${search}`}`;
  return call(method, url, { headers, body });
}

/** Reads the answer of an endpoint. @throws TourError `tour_failed` unless it has the endpoint's status and schema */
export function readAnswer<E extends Endpoint>(endpoint: E, answer: HttpAnswer, what: string): AnswerOf<E> {
  expectAnswer(answer, what, endpoint.answer.status);
  const { schema } = endpoint.answer;
  return (schema === undefined ? answer.body : readBody(schema, answer, what)) as AnswerOf<E>;
}

/** @throws TourError `tour_failed` unless the answer has this status, and this code if one is given */
export function expectAnswer(answer: HttpAnswer, what: string, status: number, code?: string): void {
  if (answer.status === status && (code === undefined || answer.code === code)) return;
  const expected = code === undefined ? status : `${status} ${code}`;
  const actual = answer.code === null ? answer.status : `${answer.status} ${answer.code}`;
  throw new TourError(
    'tour_failed',
    `${what} should answer ${expected}, and answered ${actual}${detailOf(answer)}`,
  );
}

function detailOf({ body }: HttpAnswer): string {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return '';
  return `: ${String(body.detail)}`;
}

/** Validates a body. @throws TourError `tour_failed` that names the wrong members, never their values */
export function readBody<T>(schema: z.ZodType<T>, answer: HttpAnswer, what: string): T {
  const read = schema.safeParse(answer.body);
  if (read.success) return read.data;
  const members = read.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
  throw new TourError('tour_failed', `${what} answered something unexpected: ${members}`);
}

/** @throws TourError `tour_failed` */
export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new TourError('tour_failed', otherwise);
}

/** Polls until `done` accepts the value. @throws TourError `tour_failed` after `limitMs` */
export async function until<T>(
  poll: () => Promise<T>,
  done: (value: T) => boolean,
  limitMs: number,
  otherwise: string,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await poll();
    if (done(value)) return value;
    if (performance.now() > deadline) throw new TourError('tour_failed', otherwise);
    await sleep(PAUSE_MS);
  }
}
