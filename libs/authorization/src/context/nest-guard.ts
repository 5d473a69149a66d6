import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CountersignContextOptions, refusalOf, requestVerifier } from './countersign-context.js';
import { ContextRefused } from './verify-context.js';

/** What the guard reads of Nest's `ExecutionContext`. This library does not depend on Nest. */
type HttpExecution = { switchToHttp(): { getRequest<T>(): T; getResponse<T>(): T } };
type Raw<T> = T | { raw: T };

/**
 * `countersignContext` as a guard of Nest, on Express or Fastify: for some controllers or routes, where the middleware is for
 * all. The second parameter makes the exception that Nest answers.
 *
 *     app.useGlobalGuards(countersignGuard(OPTIONS, (body, status) => new HttpException(body, status)));
 *
 * Guards run after Nest has read the body. A context that binds the body (an approved change) is then refused with 503
 * `body_already_read`; such a service needs the middleware, before Nest's parsers: `app.use(countersignContext(OPTIONS))`.
 */
export function countersignGuard(
  options: CountersignContextOptions,
  exception: (body: Record<string, unknown>, status: number) => Error,
): { canActivate(context: HttpExecution): Promise<boolean> } {
  const verify = requestVerifier(options);
  return {
    async canActivate(context) {
      const http = context.switchToHttp();
      const request = rawOf(http.getRequest<Raw<IncomingMessage>>());
      const response = rawOf(http.getResponse<Raw<ServerResponse>>());
      try {
        await verify(request, response);
        return true;
      } catch (error) {
        if (!(error instanceof ContextRefused)) throw error;
        const { status, headers, body } = refusalOf(error);
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        throw exception(JSON.parse(body) as Record<string, unknown>, status);
      }
    },
  };
}

const rawOf = <T extends object>(value: Raw<T>): T => ('raw' in value ? value.raw : value);
