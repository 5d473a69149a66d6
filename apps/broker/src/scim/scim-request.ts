import { createHash } from 'node:crypto';
import { SCIM_TYPE } from '@countersign/api';
import { canonicalJson } from '@countersign/contract';
import type { Response } from 'express';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { MAX_BODY_BYTES, parseJsonBody, readBody } from '../http/request-body.js';
import { ScimError } from './scim-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON object that a client sends. It is read only now, after the client has been authenticated. */
export async function readScimBody(request: BrokerRequest): Promise<JsonObject> {
  if (!request.is([SCIM_TYPE, 'application/json']))
    throw new ScimError('invalidSyntax', `Send the body as ${SCIM_TYPE}.`);
  const body = parseJsonBody(await readBody(request, MAX_BODY_BYTES));
  if (!isJsonObject(body)) throw new ScimError('invalidSyntax', 'The body is not a JSON object.');
  return body;
}

/** A resource as it is answered. */
export interface ScimResource {
  schemas: string[];
  id: string;
  meta: { resourceType: string; location: string; created?: string; lastModified?: string; version?: string };
  [member: string]: unknown;
}

/** Adds the version: a weak validator of the whole content (RFC 7644 §3.14). */
export function withVersion(resource: ScimResource): ScimResource {
  const { lastModified: _time, ...meta } = resource.meta;
  const hash = createHash('sha256').update(canonicalJson({ ...resource, meta }));
  const version = `W/"${hash.digest('base64url').slice(0, 22)}"`;
  return { ...resource, meta: { ...resource.meta, version } };
}

const tagsOf = (header: string | undefined): string[] =>
  header === undefined ? [] : header.split(',').map((tag) => tag.trim());

/** @throws HttpProblem `precondition_failed` if the client knows another version */
export function requireVersion({ headers }: BrokerRequest, { meta }: ScimResource): void {
  const allowedTags = tagsOf(headers['if-match']);
  if (allowedTags.length > 0 && !allowedTags.includes('*') && !allowedTags.includes(meta.version ?? ''))
    throw new HttpProblem('precondition_failed', 'The resource has changed meanwhile. Read it again.');
}

/** Whether the client knows this version already. */
const isKnownVersion = ({ headers }: BrokerRequest, { meta }: ScimResource): boolean =>
  tagsOf(headers['if-none-match']).some((tag) => tag === '*' || tag === meta.version);

/** Sets the headers of an answer with this resource, and returns it. */
export function withHeaders(response: Response, resource: ScimResource): ScimResource {
  const { location, version } = resource.meta;
  response.setHeader('Location', location);
  if (version !== undefined) response.setHeader('ETag', version);
  return resource;
}

/** Answers a read: 304 if the client knows this version already. @param document the members that the client wants */
export function sendResource(
  request: BrokerRequest,
  response: Response,
  resource: ScimResource,
  document: ScimResource,
): void {
  withHeaders(response, resource);
  if (isKnownVersion(request, resource)) response.status(304).end();
  else response.type(SCIM_TYPE).send(JSON.stringify(document));
}
