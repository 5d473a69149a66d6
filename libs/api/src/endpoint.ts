import { z } from 'zod';
import { named } from './components.js';
import type { ErrorCode } from './problem.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One endpoint of the API: what it reads, what it answers, and what the OpenAPI document says about it. */
export interface Endpoint {
  /** Method and path, as OpenAPI writes them: `GET /api/v1/requests/{id}`. */
  route: `${HttpMethod} /${string}`;
  summary: string;
  description?: string;
  /** Sent as JSON unless `form` or another media `type` is set. An `optional` body may be left out. `maxBytes`: 1 MiB if absent. */
  body?: { schema: z.ZodType; form?: true; type?: string; optional?: true; maxBytes?: number };
  query?: z.ZodObject;
  /** Accepts an `Idempotency-Key` header. */
  idempotent?: true;
  answer: {
    status: number;
    description: string;
    schema?: z.ZodType;
    /** Media types; `application/json` if absent. */
    type?: string | readonly string[];
  };
  /** A redirect that the endpoint may answer instead. */
  redirect?: { status: number; description: string };
  /** Codes beyond those that follow from authentication, body and query. */
  errors?: readonly ErrorCode[];
  /** The error body that the endpoint's own standard defines. It may stand in place of `application/problem+json`. */
  errorBody?: { type: string; schema: z.ZodType };
}

/** Declares an endpoint; the literal types of its route, status and schemas are kept. */
export const endpoint = <const E extends Endpoint>(declared: E): E => declared;

/** For endpoints that need no body: the caller sends none, or an empty object. */
export const noBodySchema = named(
  'NoBody',
  'An empty object; the body may also be left out.',
  z.strictObject({}),
);

/** What a handler of the endpoint answers; anything if the answer has no schema. */
export type AnswerOf<E> = E extends { answer: { schema: infer S extends z.ZodType } } ? z.output<S> : unknown;
