import { sleep } from '@countersign/runtime';
import type { z } from 'zod';
import { TourError } from './step.js';

const ONE_CALL_MS = 10_000;
const PAUSE_MS = 25;

export type Answer = { status: number; code: string | null; body: unknown; headers: Headers };

/** One HTTP call with a bearer credential, which is never repeated in an error. Throws TourError `not_running`. */
export async function call(
  method: string,
  url: string,
  options: { bearer?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (options.bearer !== undefined) headers['authorization'] = `Bearer ${options.bearer}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(ONE_CALL_MS),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    text = await response.text();
  } catch {
    throw new TourError(
      'not_running',
      `nothing answers at ${new URL(url).origin}: start it with "npm start"`,
    );
  }
  const body = parse(text);
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null;
  return { status: response.status, code, body, headers: response.headers };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @throws TourError `tour_failed` unless the answer has this status (and this code, where one is given). */
export function expectAnswer(answer: Answer, what: string, status: number, code?: string): void {
  if (answer.status === status && (code === undefined || answer.code === code)) return;
  const wanted = code === undefined ? status : `${status} ${code}`;
  const got = answer.code === null ? answer.status : `${answer.status} ${answer.code}`;
  throw new TourError('tour_failed', `${what} should answer ${wanted}, and answered ${got}${said(answer)}`);
}

function said({ body }: Answer): string {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return '';
  return `: ${String(body.detail)}`;
}

/** Reads a body of the named shape. @throws TourError `tour_failed` naming the member, never its value */
export function readBody<T>(shape: z.ZodType<T>, answer: Answer, what: string): T {
  const read = shape.safeParse(answer.body);
  if (read.success) return read.data;
  const members = read.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
  throw new TourError('tour_failed', `${what} answered something unexpected: ${members}`);
}

/** @throws TourError `tour_failed` */
export function expectThat(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new TourError('tour_failed', otherwise);
}

/** Asks again and again until `done` says so. @throws TourError `tour_failed` after `limitMs` */
export async function until<T>(
  ask: () => Promise<T>,
  done: (value: T) => boolean,
  limitMs: number,
  otherwise: string,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (done(value)) return value;
    if (performance.now() > deadline) throw new TourError('tour_failed', otherwise);
    await sleep(PAUSE_MS);
  }
}
