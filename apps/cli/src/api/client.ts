import type { z } from 'zod';
import { CliError } from '../command/errors.js';
import { problemShape } from './shapes.js';

/** How long one answer may take. Nothing here waits for people. */
const TIMEOUT_MS = 30_000;
const MAX_DETAIL = 500;

type Call = {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  /** Makes a POST safe to send again when its answer was lost. */
  idempotencyKey?: string;
};

/** The broker's API as one principal. The key goes into the header of requests to this origin and nowhere else. */
export class Api {
  constructor(
    readonly origin: string,
    private readonly key: string,
  ) {}

  /**
   * @param path beginning with `/api/`; ids in it must be encoded with `segment`
   * @throws CliError with the problem's own code; `broker_unreachable`, `bad_answer`
   */
  async call<Shape extends z.ZodType>(path: string, shape: Shape, call: Call = {}): Promise<z.output<Shape>> {
    const answer = await this.send(path, call);
    const text = await answer.text().catch((cause: unknown) => {
      throw unreachable(this.origin, cause);
    });
    const value = answer.status === 204 ? null : parseJson(text);
    if (!answer.ok) throw problemOf(answer, value);
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CliError(
      'bad_answer',
      `${this.origin}${path} answered something this command does not understand`,
    );
  }

  /** Server-sent events; the body is the caller's to read and to cancel. */
  async stream(path: string, signal: AbortSignal): Promise<Response> {
    const answer = await fetch(`${this.origin}${path}`, {
      headers: { authorization: `Bearer ${this.key}`, accept: 'text/event-stream' },
      redirect: 'error',
      signal,
    });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    throw problemOf(answer, undefined);
  }

  private async send(path: string, { method = 'GET', body, idempotencyKey }: Call): Promise<Response> {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error' as const,
    };
    const once = () => fetch(`${this.origin}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    try {
      return await once();
    } catch (cause) {
      if (idempotencyKey === undefined) throw unreachable(this.origin, cause);
    }
    return once().catch((cause: unknown) => {
      throw unreachable(this.origin, cause);
    });
  }
}

/** One path segment made of text that a person typed. */
export const segment = (text: string): string => encodeURIComponent(text);

export function unreachable(origin: string, cause: unknown): CliError {
  const detail =
    cause instanceof Error && cause.name === 'TimeoutError'
      ? `${origin} did not answer in time`
      : `${origin} cannot be reached. Is the broker running, and is COUNTERSIGN_BROKER_URL right? "countersign doctor" looks closer.`;
  return new CliError('broker_unreachable', detail, { cause });
}

function problemOf(answer: Response, value: unknown): CliError {
  const parsed = problemShape.safeParse(value);
  if (!parsed.success) {
    const code = answer.status === 401 ? 'unauthenticated' : 'bad_answer';
    return new CliError(code, `the broker answered ${answer.status} ${answer.statusText}`.trim());
  }
  const { code, detail, title, refusals = [] } = parsed.data;
  // The reasons follow one by one: the detail would only say them once more in one line.
  const reasons = refusals.length === 1 ? 'this reason' : `these ${refusals.length} reasons`;
  const told = refusals.length === 0 ? (detail ?? title) : `refused for ${reasons}`;
  return new CliError(code, (told ?? `the broker answered ${answer.status}`).slice(0, MAX_DETAIL), {
    document: parsed.data,
    more: refusals.map((refusal) => ({ code: refusal.code, detail: refusal.detail.slice(0, MAX_DETAIL) })),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
