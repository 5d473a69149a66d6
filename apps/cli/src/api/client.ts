import { type AnswerOf, type Endpoint, problemSchema } from '@countersign/api';
import { CliError } from '../command/errors.js';

/** How long one answer may take. No call waits for people. */
const TIMEOUT_MS = 30_000;
/** How long the broker may work before a file begins. */
const WORK_MS = 300_000;
/** A longer detail is cut: it comes from elsewhere. */
const MAX_DETAIL = 500;

type Call = {
  /** Values for the `{…}` of the route, not encoded. */
  params?: Readonly<Record<string, string>>;
  query?: URLSearchParams;
  body?: unknown;
  /** Makes it safe to send a POST again if its answer was lost. Such a call is tried twice. */
  idempotencyKey?: string;
};

/** The broker's API as one principal. The credential is sent to this origin and nowhere else: redirects are errors. */
export class Api {
  constructor(
    readonly origin: string,
    private readonly credential: string,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  /**
   * Calls an endpoint and validates its answer. The answer keeps members that the schema does not know, for `--json`.
   * @throws CliError with the problem's own code; `broker_unreachable`, `bad_answer`
   */
  async call<E extends Endpoint>(endpoint: E, call: Call = {}): Promise<AnswerOf<E>> {
    const [method, path] = buildTarget(endpoint, call);
    const response = await this.send(method, path, call);
    const text = await response.text().catch((cause: unknown) => {
      throw unreachableError(this.origin, cause);
    });
    const value = response.status === 204 ? null : parseJson(text);
    if (!response.ok) throw errorFromProblem(response, value);
    const { schema } = endpoint.answer;
    if (schema === undefined || schema.safeParse(value).success) return value as AnswerOf<E>;
    throw new CliError(
      'bad_answer',
      `${this.origin}${path} answered something that this command does not understand`,
    );
  }

  /** Calls an endpoint whose answer is a text. @throws CliError as `call` */
  async callText(endpoint: Endpoint, call: Call = {}): Promise<string> {
    const [method, path] = buildTarget(endpoint, call);
    const response = await this.send(method, path, call);
    const text = await response.text().catch((cause: unknown) => {
      throw unreachableError(this.origin, cause);
    });
    if (!response.ok) throw errorFromProblem(response, parseJson(text));
    return text;
  }

  /**
   * Opens an endpoint whose answer is a file. It begins within `WORK_MS`, and each piece follows within `TIMEOUT_MS`; the whole of
   * it may take longer.
   *
   * @throws CliError as `call`; the pieces `broker_unreachable` if the answer is cut off
   */
  async download(endpoint: Endpoint, call: Call = {}): Promise<AsyncGenerator<Uint8Array>> {
    const [, path] = buildTarget(endpoint, call);
    const stall = new AbortController();
    const within = (ms: number) => setTimeout(() => stall.abort(new DOMException('', 'TimeoutError')), ms);
    let timer = within(WORK_MS);
    const response = await fetch(`${this.origin}${path}`, {
      headers: { authorization: `Bearer ${this.credential}` },
      redirect: 'error',
      signal: stall.signal,
    })
      .catch((cause: unknown) => {
        throw unreachableError(this.origin, cause);
      })
      .finally(() => clearTimeout(timer));
    if (!response.ok) throw errorFromProblem(response, parseJson(await response.text()));
    const { origin } = this;
    return (async function* () {
      try {
        timer = within(TIMEOUT_MS);
        for await (const piece of response.body ?? []) {
          clearTimeout(timer);
          yield piece as Uint8Array;
          timer = within(TIMEOUT_MS);
        }
      } catch (cause) {
        throw new CliError('broker_unreachable', `${origin} ended its answer before it was whole`, { cause });
      } finally {
        clearTimeout(timer);
      }
    })();
  }

  /** Opens an endpoint's stream of server-sent events. The caller reads or cancels its body. */
  async openStream(endpoint: Endpoint, signal: AbortSignal): Promise<Response> {
    const [, path] = buildTarget(endpoint, {});
    const response = await fetch(`${this.origin}${path}`, {
      headers: { authorization: `Bearer ${this.credential}`, accept: 'text/event-stream' },
      redirect: 'error',
      signal,
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw errorFromProblem(response, undefined);
  }

  private async send(
    method: string,
    path: string,
    { body, idempotencyKey }: Pick<Call, 'body' | 'idempotencyKey'>,
  ): Promise<Response> {
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
      fetch(`${this.origin}${path}`, { ...init, signal: AbortSignal.timeout(this.timeoutMs) });
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

/** Method and path of a call. Each parameter is encoded, so text that a person typed stays one path segment. */
function buildTarget({ route }: Endpoint, { params = {}, query }: Call): [method: string, path: string] {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`${route} needs ${name}`);
    return encodeURIComponent(value);
  });
  return [method, query === undefined || query.size === 0 ? path : `${path}?${query}`];
}

export function unreachableError(origin: string, cause: unknown): CliError {
  const detail =
    cause instanceof Error && cause.name === 'TimeoutError'
      ? `${origin} did not answer in time`
      : `${origin} cannot be reached. Check that the broker runs and that COUNTERSIGN_BROKER_URL is right; "countersign doctor" finds out more.`;
  return new CliError('broker_unreachable', detail, { cause });
}

/** The code is printed as it is, so any other text is not accepted as one. */
const CODE = /^[a-z0-9_]{1,64}$/;

function errorFromProblem(response: Response, value: unknown): CliError {
  const parsed = problemSchema.safeParse(value);
  if (!parsed.success || !CODE.test(parsed.data.code)) {
    const code = response.status === 401 ? 'unauthenticated' : 'bad_answer';
    return new CliError(code, `the broker answered ${response.status} ${response.statusText}`.trim());
  }
  const { code, detail, refusals = [] } = parsed.data;
  // The reasons follow one by one; the problem's detail would repeat them in one line.
  const reasons = refusals.length === 1 ? 'this reason' : `these ${refusals.length} reasons`;
  const summary = refusals.length === 0 ? detail : `refused for ${reasons}`;
  return new CliError(code, summary.slice(0, MAX_DETAIL), {
    document: value,
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
