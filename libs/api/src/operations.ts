import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';

const healthSchema = named(
  'Health',
  'That the process answers, or what is not ready.',
  z.object({ status: z.enum(['ok', 'unavailable']) }),
);
export type Health = z.infer<typeof healthSchema>;

/** For probes. Metrics and details are on the private listener, which has no part in this document. */
export const healthEndpoints = {
  healthz: endpoint({
    route: 'GET /healthz',
    callers: { everyone: true },
    summary: 'Check that the process answers',
    description: 'It says nothing about database and mail; `/readyz` does.',
    answer: { status: 200, description: 'It does.', schema: healthSchema },
  }),
  readyz: endpoint({
    route: 'GET /readyz',
    callers: { everyone: true },
    summary: 'Check that the broker can serve',
    description: 'It can read its store and is not stopping. The reason is on the private listener.',
    answer: { status: 200, description: 'It can: `ok`.', schema: healthSchema },
    errors: ['not_ready'],
    errorBody: { type: 'application/json', schema: healthSchema },
  }),
};

/** The OpenAPI document and a page to browse it. */
export const docsEndpoints = {
  openapi: endpoint({
    route: 'GET /api/openapi.json',
    callers: { everyone: true },
    summary: 'This document',
    description: 'OpenAPI 3.1, made from the endpoints that this broker serves.',
    answer: { status: 200, description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) },
  }),
  page: endpoint({
    route: 'GET /api/docs',
    callers: { everyone: true },
    summary: 'This document, as pages',
    description: 'A list of all operations, without scripts. Each leads to the page of its part.',
    answer: { status: 200, description: 'A page.', type: 'text/html' },
  }),
  part: endpoint({
    route: 'GET /api/docs/{part}',
    callers: { everyone: true },
    summary: 'One part of this document, as a page',
    description: 'The operations of one tag, such as `Requests`, with the objects that they send and answer.',
    answer: { status: 200, description: 'A page.', type: 'text/html' },
    errors: ['not_found'],
  }),
};
