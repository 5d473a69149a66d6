import { applyDecorators, HttpCode } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from './problem.js';

/** What a handler reads and answers: the OpenAPI document is made of it, and input is judged by the same schemas. */
export interface Endpoint {
  summary: string;
  description?: string;
  /** Body, as JSON unless `form` says otherwise. `optional` bodies may be left out. */
  body?: { schema: z.ZodType; form?: true; optional?: true };
  query?: z.ZodObject;
  /** Takes an `Idempotency-Key`. */
  idempotent?: true;
  answer: { status: number; description: string; schema?: z.ZodType; type?: string };
  /** Where it may lead the browser to instead. */
  redirect?: { status: number; description: string };
  /** Codes beyond those that follow from mark, body and query. */
  errors?: readonly ErrorCode[];
}

const ENDPOINT = 'countersign:endpoint';

/** Describes a handler and sets its status. */
export function Describe(endpoint: Endpoint): MethodDecorator {
  return applyDecorators(HttpCode(endpoint.answer.status), (_target, _name, descriptor) => {
    const handler: unknown = descriptor?.value;
    if (typeof handler === 'function') Reflect.defineMetadata(ENDPOINT, endpoint, handler);
  });
}

export function endpointOf(handler: object): Endpoint | undefined {
  return Reflect.getMetadata(ENDPOINT, handler) as Endpoint | undefined;
}
