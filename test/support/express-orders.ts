import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Route } from '@countersign/contract';
import express, { type RequestHandler } from 'express';

const IBAN = 'DE89370400440532013000';

export const ORDERS = '/tenants/acme/orders';
export const REPORTS = '/tenants/acme/reports';

/** Paths of `{id}` for which Express runs the handler of the export. */
export const FOLDED = ['EXPORT', 'Export', 'eXPORT', 'expORT', 'export/', 'EXPORT/', 'Export/'].map(
  (spelling) => `${ORDERS}/${spelling}`,
);
/** The same of a route that takes a format suffix. */
export const SUFFIXED = ['export.json', 'export.csv', 'EXPORT.json'].map(
  (spelling) => `${REPORTS}/${spelling}`,
);

/** The handler that ran, and the path by which it was reached. */
export type Ran = { handler: string; path: string };

/**
 * Express with its defaults: it ignores letter case and a final slash. `/reports/…` takes a format suffix, as the routes of Rails do.
 * The export shows every account; the order shows one order.
 */
export class ExpressOrders {
  readonly ran: Ran[] = [];
  private readonly server: Server;

  /** `before`: middleware that each call passes first. */
  constructor(before?: RequestHandler) {
    const app = express();
    if (before !== undefined) app.use(before);
    const run =
      (handler: string, body: (id: string) => object): RequestHandler =>
      (request, response) => {
        this.ran.push({ handler, path: request.originalUrl });
        response.json(body(String(request.params['id'])));
      };
    app.get(
      '/tenants/:tenant/orders/export',
      run('export', () => ({ iban: IBAN })),
    );
    app.get(
      '/tenants/:tenant/orders/:id',
      run('order', (id) => ({ id })),
    );
    app.get(
      '/tenants/:tenant/reports/export{.:format}',
      run('export', () => ({ iban: IBAN })),
    );
    app.get(
      '/tenants/:tenant/reports/:id',
      run('report', (id) => ({ id })),
    );
    this.server = createServer(app);
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

const route = (path: string, resource: string, action: string): Route => ({
  ...{ method: 'GET', path: `/tenants/{tenant}${path}`, resource, action },
});

/** The export is an action of its own, and its answer is masked. */
export const orderRoutes: Route[] = [
  { ...route('/orders/export', 'orders/export', 'export'), mask: ['/iban'] },
  route('/orders/{id}', 'orders/{id}', 'read'),
  route('/orders/{id}/', 'orders/{id}', 'read'),
  { ...route('/reports/export', 'reports/export', 'export'), mask: ['/iban'] },
  route('/reports/{id}', 'reports/{id}', 'read'),
];
