import type { IncomingMessage } from 'node:http';
import type { Tenant } from '../records.js';
import type { DemoStore } from '../store/demo-store.js';
import { notFound, Problem } from './problem.js';
import { ROUTES, type View } from './routes.js';

/** The alphabet that a gateway's resources know; anything else in a path names nothing here. */
const SEGMENT = /^[A-Za-z0-9._~-]+$/;

/**
 * Finds the route of a call and runs it. Throws `Problem`: 404 for an unknown path, tenant or record, 405 for
 * a method that the path does not know, and what the route itself refuses.
 */
export async function dispatch(
  store: DemoStore,
  request: IncomingMessage,
  url: URL,
  today: string,
): Promise<{ view: View; tenant: Tenant }> {
  const [root, slug = '', collection, id, ...rest] = url.pathname.slice(1).split('/');
  if (root !== 'tenants' || rest.length > 0 || !SEGMENT.test(slug)) throw notFound();
  if (id !== undefined && !SEGMENT.test(id)) throw notFound();
  const tenant = store.tenant(slug);
  const here = ROUTES.filter((route) => route.collection === collection && route.item === (id !== undefined));
  if (tenant === undefined || here.length === 0) throw notFound();
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = here.find((candidate) => candidate.method === method);
  if (route === undefined) throw wrongMethod(here.map((candidate) => candidate.method));
  const view = await route.handle({ store, tenant, id: id ?? '', query: url.searchParams, request, today });
  return { view, tenant };
}

export function wrongMethod(allowed: string[]): Problem {
  const allow = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return new Problem(405, 'method_not_allowed', `This path answers ${allow}.`, [], { allow });
}
