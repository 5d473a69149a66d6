import type { Permission } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import type { ErrorCode } from './problem.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call an endpoint. The use case then checks whether the object may be used by this caller. */
export type Callers =
  /** People whose roles carry the permission. */
  | { people: Permission }
  /** Enrolled gateways; with `people`, also people whose roles carry that permission. */
  | { gateways: true; people?: Permission }
  /** SCIM clients, each for the side of its token. */
  | { provisioners: true }
  /** Everyone, signed in or not. */
  | {
      everyone: true;
      /** A signed-in caller is authenticated all the same. */
      identified?: true;
      /** Only the broker's own pages may call it: other sites must not be able to forge a sign-in. */
      fromPages?: true;
    };

/**
 * One endpoint of the API: its address, who may call it, what it reads and what it answers. The broker's routes, the access
 * rule, the OpenAPI document and the typed client follow from it.
 */
export interface Endpoint {
  /** Method and path, as OpenAPI writes them: `GET /api/v1/requests/{id}`. */
  route: `${HttpMethod} /${string}`;
  /** The last parameter of the path takes the rest of it, with its slashes. */
  restOfPath?: true;
  callers: Callers;
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
