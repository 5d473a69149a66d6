import type { z } from 'zod';
import { CliError } from '../command/errors.js';
import { problemShape } from './shapes.js';

/** How long one answer may take. No call waits for people. */
const TIMEOUT_MS = 30_000;
/** A longer detail is cut: it comes from elsewhere. */
const MAX_DETAIL = 500;

type Call = {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  /** Makes it safe to send a POST again if its answer was lost. Such a call is tried twice. */
  idempotencyKey?: string;
};

/** The broker's API as one principal. The credential is sent to this origin and nowhere else: redirects are errors. */
export class Api {
  constructor(
    readonly origin: string,
    private readonly credential: string,
  ) {}

  /**
   * @param path begins with `/`; ids in it must be encoded with `segment`
   * @throws CliError with the problem's own code; `broker_unreachable`, `bad_answer`
   */
  async call<Shape extends z.ZodType>(path: string, shape: Shape, call: Call = {}): Promise<z.output<Shape>> {
    const response = await this.send(path, call);
    const text = await response.text().catch((cause: unknown) => {
      throw unreachableError(this.origin, cause);
    });
    const value = response.status === 204 ? null : parseJson(text);
    if (!response.ok) throw errorFromProblem(response, value);
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CliError(
      'bad_answer',
      `${this.origin}${path} answered something that this command does not understand`,
    );
  }

  /** Opens a stream of server-sent events. The caller reads or cancels its body. */
  async openStream(path: string, signal: AbortSignal): Promise<Response> {
    const response = await fetch(`${this.origin}${path}`, {
      headers: { authorization: `Bearer ${this.credential}`, accept: 'text/event-stream' },
      redirect: 'error',
      signal,
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw errorFromProblem(response, undefined);
  }

  private async send(path: string, { method = 'GET', body, idempotencyKey }: Call): Promise<Response> {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${this.credential}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error' as const,
    };
    const attempt = () =>
      fetch(`${this.origin}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    try {
      return await attempt();
    } catch (cause) {
      if (idempotencyKey === undefined) throw unreachableError(this.origin, cause);
    }
    return attempt().catch((cause: unknown) => {
      throw unreachableError(this.origin, cause);
    });
  }
}

/** Encodes text that a person typed as one path segment. */
export const segment = (text: string): string => encodeURIComponent(text);

export function unreachableError(origin: string, cause: unknown): CliError {
  const detail =
    cause instanceof Error && cause.name === 'TimeoutError'
      ? `${origin} did not answer in time`
      : `${origin} cannot be reached. Check that the broker runs and that COUNTERSIGN_BROKER_URL is right; "countersign doctor" finds out more.`;
  return new CliError('broker_unreachable', detail, { cause });
}

function errorFromProblem(response: Response, value: unknown): CliError {
  const parsed = problemShape.safeParse(value);
  if (!parsed.success) {
    const code = response.status === 401 ? 'unauthenticated' : 'bad_answer';
    return new CliError(code, `the broker answered ${response.status} ${response.statusText}`.trim());
  }
  const { code, detail, title, refusals = [] } = parsed.data;
  // The reasons follow one by one; the problem's detail would repeat them in one line.
  const reasons = refusals.length === 1 ? 'this reason' : `these ${refusals.length} reasons`;
  const summary = refusals.length === 0 ? (detail ?? title) : `refused for ${reasons}`;
  return new CliError(code, (summary ?? `the broker answered ${response.status}`).slice(0, MAX_DETAIL), {
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
