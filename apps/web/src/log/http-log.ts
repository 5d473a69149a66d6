import type { LogSource } from '@countersign/audit-log';
import { ApiProblem } from '../api/problem.js';

const TIMEOUT_MS = 30_000;

/** A log as the broker of this page serves it, with the reader's session. */
export class HttpLog implements LogSource {
  /** @param log a tenant's slug, `deployment` or `vendor` */
  constructor(
    private readonly log: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** The bytes at a path; undefined if there is nothing. @throws ApiProblem */
  async read(path: string): Promise<Uint8Array | undefined> {
    const answer = await this.get(path);
    return answer === undefined ? undefined : new Uint8Array(await bodyOf(answer.arrayBuffer()));
  }

  /** A small text of the log, such as its key, with the answer's headers. @throws ApiProblem */
  async text(path: string): Promise<{ text: string; headers: Headers }> {
    const answer = await this.get(path);
    if (answer === undefined) throw new ApiProblem('not_found', 404, '');
    return { text: await bodyOf(answer.text()), headers: answer.headers };
  }

  private async get(path: string): Promise<Response | undefined> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = this.signal === undefined ? timeout : AbortSignal.any([this.signal, timeout]);
    let answer: Response;
    try {
      answer = await fetch(`/log/${this.log}/${path}`, { redirect: 'error', signal });
    } catch (cause) {
      throw unreachable(cause);
    }
    if (answer.ok) return answer;
    if (answer.status === 404) return undefined;
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
    throw new ApiProblem(problem.code ?? 'internal_error', answer.status, problem.detail ?? '');
  }
}

/** A connection can also be lost within a body. */
function bodyOf<T>(body: Promise<T>): Promise<T> {
  return body.catch((cause: unknown) => {
    throw unreachable(cause);
  });
}

const unreachable = (cause: unknown) =>
  new ApiProblem('offline', 0, cause instanceof Error ? cause.message : '');
