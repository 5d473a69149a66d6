import type { NextFunction, Request, Response } from 'express';
import type { Metrics } from './metrics.js';

/** Middleware that measures answers by route template, so that ids make no labels. Streams end with their reader. */
export function measure(metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = performance.now();
    response.on('finish', () => {
      if (String(response.getHeader('Content-Type')).startsWith('text/event-stream')) return;
      const template: unknown = (request.route as { path?: unknown } | undefined)?.path;
      const route = typeof template === 'string' ? template : 'none';
      const labels = { method: request.method, route, status: response.statusCode };
      metrics.answered(labels, (performance.now() - begun) / 1000);
    });
    next();
  };
}
