import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';

const healthSchema = named('Health', z.object({ status: z.enum(['ok', 'unavailable']) }));
export type Health = z.infer<typeof healthSchema>;

/** For probes. Metrics and details are on the private listener, which has no part in this document. */
export const healthEndpoints = {
  healthz: endpoint({
    route: 'GET /healthz',
    summary: 'Check that the process answers',
    answer: { status: 200, description: 'It does.', schema: healthSchema },
  }),
  readyz: endpoint({
    route: 'GET /readyz',
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
    summary: 'This document',
    answer: { status: 200, description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) },
  }),
  page: endpoint({
    route: 'GET /api/docs',
    summary: 'This document, as a page',
    answer: { status: 200, description: 'A page.', type: 'text/html' },
  }),
  asset: endpoint({
    route: 'GET /api/docs/{file}',
    summary: 'A part of the page',
    answer: { status: 200, description: 'Style or script.', type: ['text/css', 'text/javascript'] },
    errors: ['not_found'],
  }),
};
