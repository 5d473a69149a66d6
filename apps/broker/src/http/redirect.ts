import type { Response } from 'express';

/** Leads a browser elsewhere, without the body that Express would write for it. */
export function redirect(response: Response, status: 302 | 303, to: string): void {
  response.status(status).location(to).end();
}
