import { createHash } from 'node:crypto';
import {
  type EnrolledGateway,
  type IdempotencyKey,
  notFound,
  type Principal,
  type Session,
} from '@countersign/access';
import { type IdPrefix, isId, isServiceName, isSlug, jsonPointer } from '@countersign/contract';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { z } from 'zod';
import { endpointOf } from './endpoint.js';
import { HttpProblem, type InputError } from './problem.js';
import type { BrokerRequest } from './request.js';
import { hasBody } from './request-body.js';

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<BrokerRequest>();

/** The body, validated by the schema of the handler's endpoint. */
export const Body = createParamDecorator((_none: unknown, context: ExecutionContext): unknown => {
  const body = endpointOf(context.getHandler())?.body;
  if (body === undefined) throw new Error(`${context.getHandler().name} describes no body`);
  const request = requestOf(context);
  if (request.body === undefined && hasBody(request))
    throw new HttpProblem(
      'invalid_request',
      `Send the body as ${body.form === true ? 'application/x-www-form-urlencoded' : 'application/json'}.`,
      { pointer: '' },
    );
  return readInput(body.schema, request.body ?? (body.optional === true ? {} : undefined));
});

/** The query, validated by the schema of the handler's endpoint. */
export const Query = createParamDecorator((_none: unknown, context: ExecutionContext): unknown => {
  const query = endpointOf(context.getHandler())?.query;
  if (query === undefined) throw new Error(`${context.getHandler().name} describes no query`);
  return readInput(query, requestOf(context).query);
});

const NOUNS: Partial<Record<IdPrefix, string>> = {
  req: 'request',
  grt: 'grant',
  lck: 'lock',
  inv: 'invitation',
  usr: 'person',
  ntc: 'notice',
  ses: 'session',
  prp: 'proposal',
  xpt: 'target',
  key: 'key',
  dem: 'demand',
  psh: 'subscription',
};

/** The path's `{id}`. A malformed id is answered like an unknown one. */
export const Id = createParamDecorator((prefix: IdPrefix, context: ExecutionContext): string => {
  const id = String(requestOf(context).params['id']);
  if (!isId(prefix, id)) throw notFound(NOUNS[prefix] ?? 'object');
  return id;
});

/** The path's `{slug}`; `deployment` is one. */
export const Slug = createParamDecorator((_none: unknown, context: ExecutionContext): string => {
  const slug = String(requestOf(context).params['slug']);
  if (!isSlug(slug)) throw notFound('tenant');
  return slug;
});

export const ServiceName = createParamDecorator((_none: unknown, context: ExecutionContext): string => {
  const name = String(requestOf(context).params['name']);
  if (!isServiceName(name)) throw notFound('service');
  return name;
});

/** The client's address (see `ClientAddresses`). */
export const ClientAddress = createParamDecorator(
  (_none: unknown, context: ExecutionContext): string => requestOf(context).address,
);

/** The person who calls. */
export const CurrentPrincipal = createParamDecorator(
  (_none: unknown, context: ExecutionContext): Principal => {
    const { caller } = requestOf(context);
    if (caller?.kind !== 'person') throw new HttpProblem('forbidden', 'This is for people.');
    return caller.principal;
  },
);

/** The session of the call. An API key is no session. */
export const CurrentSession = createParamDecorator((_none: unknown, context: ExecutionContext): Session => {
  const { caller } = requestOf(context);
  if (caller?.kind !== 'person' || caller.session === undefined)
    throw new HttpProblem('unauthenticated', 'Sign in first: an API key is not a session.');
  return caller.session;
});

const KEY = /^[\x20-\x7e]{1,255}$/;

/** The `Idempotency-Key` header; null if there is none. Method and concrete path are part of the key. */
export const Idempotency = createParamDecorator(
  (_none: unknown, context: ExecutionContext): IdempotencyKey | null => {
    const request = requestOf(context);
    const key = request.headers['idempotency-key'];
    if (key === undefined) return null;
    if (typeof key !== 'string' || !KEY.test(key))
      throw new HttpProblem('invalid_request', 'An Idempotency-Key is 1 to 255 printable ASCII characters.');
    if (request.caller?.kind !== 'person') throw new HttpProblem('forbidden', 'This is for people.');
    return {
      principal: request.caller.principal.person.id,
      // Express routes `/x/` and `/X` like `/x`, so all spellings are the same call.
      route: `${request.method} ${request.path.replace(/\/+$/, '').toLowerCase()}`,
      key,
      bodyHash: createHash('sha256')
        .update(request.rawBody ?? '')
        .digest('hex'),
    };
  },
);

/** The side of the SCIM client that calls: a tenant's slug, or null for the vendor. */
export const CurrentSide = createParamDecorator(
  (_none: unknown, context: ExecutionContext): string | null => {
    const { caller } = requestOf(context);
    if (caller?.kind !== 'provisioner') throw new HttpProblem('forbidden', 'This is for SCIM clients.');
    return caller.tenant;
  },
);

/** The enrolled gateway that calls. */
export const CurrentGateway = createParamDecorator(
  (_none: unknown, context: ExecutionContext): EnrolledGateway => {
    const { caller } = requestOf(context);
    if (caller?.kind !== 'gateway') throw new HttpProblem('forbidden', 'This is for enrolled gateways.');
    return caller.gateway;
  },
);

const MAX_ERRORS = 20;

/**
 * Validates input strictly: an unknown member is an error too, because the sender may have meant it as a restriction.
 * Messages name the place and the rule, never the value.
 *
 * @throws HttpProblem `invalid_request` with every error; `pointer` is the first one's
 */
export function readInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalidInput(read.error.issues.flatMap(errorsOf));
}

export function invalidInput(errors: InputError[]): HttpProblem {
  const [first] = errors;
  const detail = errors
    .slice(0, MAX_ERRORS)
    .map((each) => `${each.pointer === '' ? 'The body' : each.pointer}: ${each.detail}`);
  return new HttpProblem('invalid_request', detail.join(' '), {
    ...(first === undefined ? {} : { pointer: first.pointer }),
    errors: errors.slice(0, MAX_ERRORS),
  });
}

function errorsOf(issue: z.core.$ZodIssue): InputError[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ pointer: jsonPointer(issue.path), detail: sentence(issue.message) }];
  return issue.keys.map((key) => ({
    pointer: jsonPointer([...issue.path, key.slice(0, 64)]),
    detail: 'Unknown member.',
  }));
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
