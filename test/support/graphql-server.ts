import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Route } from '@countersign/contract';
import { type Executed, yogaListener } from './yoga.mjs';

const TEXTS = {
  invoice:
    'query Invoice($tenant: ID!, $id: ID!) { invoice(tenant: $tenant, id: $id) { id tenant total payer: card } }',
  byNumber:
    'query InvoiceByNumber($tenant: ID!, $number: Int!) { numbered(tenant: $tenant, number: $number) { id tenant } }',
  pay: 'mutation Pay($input: PayInput!) { pay(input: $input) { id paid } }',
  both: 'query Open($tenant: ID!) { invoices(tenant: $tenant) { id } } query Paid($tenant: ID!) { invoices(tenant: $tenant, paid: true) { id } }',
  /** The server has it, but no route lists it. */
  unlisted: '{ everything { id tenant } }',
} as const;

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

export const OPERATIONS = Object.fromEntries(
  Object.entries(TEXTS).map(([name, text]) => [name, sha256Of(text)]),
) as Record<keyof typeof TEXTS, string>;

const SCHEMA = `
  type Invoice { id: ID!, tenant: ID!, total: Float!, paid: Boolean!, card: String! }
  input PayInput { tenant: ID!, id: ID!, amount: Float!, note: String }
  type Query {
    invoice(tenant: ID!, id: ID!): Invoice
    numbered(tenant: ID!, number: Int!): Invoice
    invoices(tenant: ID!, paid: Boolean): [Invoice!]!
    everything: [Invoice!]!
  }
  type Mutation { pay(input: PayInput!): Invoice }
`;

type Asked = { tenant: string; id: string };
const invoiceOf = ({ tenant, id }: Asked) => ({ id, tenant, total: 12.5, paid: false, card: '4111' });

const resolvers = {
  Query: {
    invoice: (_root: unknown, asked: Asked) => invoiceOf(asked),
    numbered: (_root: unknown, { tenant, number }: { tenant: string; number: number }) =>
      invoiceOf({ tenant, id: String(number) }),
    invoices: (_root: unknown, { tenant }: Asked) => [invoiceOf({ tenant, id: '7' })],
    everything: () => [invoiceOf({ tenant: 'acme', id: '7' }), invoiceOf({ tenant: 'globex', id: '8' })],
  },
  Mutation: { pay: (_root: unknown, { input }: { input: Asked }) => ({ ...invoiceOf(input), paid: true }) },
};

/**
 * GraphQL Yoga with its plugin for persisted operations, as a service that trusts what comes to it: it also runs ad-hoc queries. So only
 * a gateway before it keeps those away. It accepts both forms that gateways pass on.
 */
export class GraphqlServer {
  readonly executed: Executed[] = [];
  /** Requests that reached it, of whatever kind. */
  requests = 0;
  private readonly server: Server;

  constructor() {
    const listener = yogaListener({
      typeDefs: SCHEMA,
      resolvers,
      textOf: (sha256) => Object.values(TEXTS).find((text) => sha256Of(text) === sha256) ?? null,
      onExecute: (executed) => this.executed.push(executed),
    });
    this.server = createServer((request, response) => {
      this.requests += 1;
      listener(request, response);
    });
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
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

const both = (operation: string, resource: string): Route => ({
  method: 'POST',
  path: '/graphql',
  resource,
  action: 'list',
  graphql: { sha256: OPERATIONS.both, type: 'query', operation, variables: { tenant: '/tenant' } },
});

const invoice = {
  resource: 'invoices/{id}',
  action: 'read',
  graphql: {
    sha256: OPERATIONS.invoice,
    type: 'query',
    operation: 'Invoice',
    variables: { tenant: '/tenant', id: '/id' },
  },
} satisfies Partial<Route>;

/** The routes of all its operations but the unlisted one. */
export const graphqlRoutes: Route[] = [
  { method: 'POST', path: '/graphql', ...invoice, mask: ['/data/invoice/payer'] },
  { method: 'GET', path: '/graphql', ...invoice },
  {
    ...{ method: 'POST', path: '/graphql', resource: 'invoices/{number}', action: 'read' },
    graphql: {
      sha256: OPERATIONS.byNumber,
      type: 'query',
      operation: 'InvoiceByNumber',
      variables: { tenant: '/tenant', number: '/number' },
    },
  },
  {
    ...{ method: 'POST', path: '/graphql', resource: 'invoices/{id}', action: 'update' },
    graphql: {
      sha256: OPERATIONS.pay,
      type: 'mutation',
      operation: 'Pay',
      variables: { tenant: '/input/tenant', id: '/input/id' },
    },
  },
  both('Open', 'invoices'),
  both('Paid', 'archive'),
];
