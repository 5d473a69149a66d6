import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import { ExpressAdapter } from '@bull-board/express';
import type { Route } from '@countersign/contract';
import express from 'express';

/** A job of the board. Support corrects the total in its data. */
type Job = { id: string; name: string; data: Record<string, unknown> };

const QUEUE = 'exports';
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><circle cx="12" cy="12" r="9"/></svg>';
export const CSV = 'job,total\n7,99.00\n';

const board = (method: string, path: string, resource: string, action: string): Route => ({
  method,
  path: `/tenants/{tenant}/queues${path}`,
  resource,
  action,
});

/** The calls of the board's pages. What its buttons could do beyond these is refused. */
export const BOARD_ROUTES: Route[] = [
  board('GET', '/', 'board', 'open'),
  board('GET', '/static/{kind}/{file}', 'board', 'open'),
  board('GET', '/static/{kind}/{language}/{file}', 'board', 'open'),
  { ...board('GET', '/queue/{queue}', 'board', 'open'), query: 'any' },
  { ...board('GET', '/queue/{queue}/{job}', 'board', 'open'), query: 'any' },
  { ...board('GET', '/api/queues', 'queues', 'list'), query: 'any' },
  { ...board('GET', '/api/queues/{queue}/{job}', 'jobs/{job}', 'read'), query: 'any' },
  board('GET', '/api/queues/{queue}/{job}/logs', 'jobs/{job}', 'read'),
  board('PATCH', '/api/queues/{queue}/{job}/update-data', 'jobs/{job}', 'update'),
  {
    ...{ method: 'GET', path: '/tenants/{tenant}/files/{file}' },
    ...{ resource: 'files/{file}', action: 'read' },
  },
  { method: 'GET', path: '/assets/{file}', resource: 'shared', action: 'read', shared: true },
];

export const BOARD_SCOPE = [
  { resource: 'board', actions: ['open'] },
  { resource: 'queues', actions: ['list'] },
  { resource: 'jobs/*', actions: ['read'] },
  { resource: 'files/*', actions: ['read'] },
];

/**
 * A third-party admin UI: Bull Board from npm, with one board for each tenant. Its jobs are in memory and not in Redis. The same server
 * has a file to download, and a logo that all tenants share.
 */
export class QueueBoard {
  /** Every request that has arrived. */
  readonly hits: { path: string; headers: IncomingHttpHeaders }[] = [];
  /** How many upgrades of a connection were requested. */
  upgrades = 0;
  private readonly jobs = new Map<string, Job>();
  private server!: Server;

  async start(): Promise<void> {
    const app = express();
    app.use((request, _response, next) => {
      this.hits.push({ path: request.originalUrl, headers: request.headers });
      next();
    });
    for (const tenant of ['acme', 'globex']) app.use(`/tenants/${tenant}/queues`, this.boardOf(tenant));
    app.get(
      '/tenants/:tenant/files/jobs.csv',
      (_request, response) => void response.attachment('jobs.csv').send(CSV),
    );
    app.get('/assets/logo.svg', (_request, response) => void response.type('svg').send(LOGO));
    this.server = createServer(app);
    this.server.on('upgrade', (_request, socket) => {
      this.upgrades += 1;
      socket.destroy();
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
  }

  get origin(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  dataOf(tenant: string): Record<string, unknown> | undefined {
    return this.jobs.get(tenant)?.data;
  }

  private boardOf(tenant: string) {
    const job: Job = { id: '7', name: `invoice of ${tenant}`, data: { total: '99.00' } };
    this.jobs.set(tenant, job);
    const serverAdapter = new ExpressAdapter();
    serverAdapter.setBasePath(`/tenants/${tenant}/queues`);
    createBullBoard({
      queues: [new QueueInMemory(job)],
      serverAdapter,
      options: {
        // It looks for its own files with a `require` that jest does not give it.
        uiBasePath: dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')),
        uiConfig: {
          boardTitle: `Queues of ${tenant}`,
          boardLogo: { path: '/assets/logo.svg' },
          favIcon: { default: '/assets/logo.svg', alternative: '/assets/logo.svg' },
          miscLinks: [{ text: 'Download jobs', url: `/tenants/${tenant}/files/jobs.csv` }],
          hideRedisDetails: true,
          locale: { lng: 'en-US' },
        },
      },
    });
    return serverAdapter.getRouter();
  }
}

const NO_COUNTS = { active: 0, waiting: 0, completed: 0, delayed: 0, paused: 0, prioritized: 0 };

/** A queue with one job that has failed. The board's pages ask for no more than this. */
class QueueInMemory extends BaseAdapter {
  constructor(private readonly job: Job) {
    super('bull');
  }

  getName = () => QUEUE;
  getStatuses = () => ['latest' as const, 'waiting' as const, 'failed' as const];
  getJobStatuses = () => ['waiting' as const, 'failed' as const];
  getJobCounts = async () => ({ ...NO_COUNTS, failed: 1, 'waiting-children': 0 });
  getJobLogs = async () => ['The total was not accepted.'];
  getJob = async () => this.shown();
  getJobs = async () => [this.shown()];
  getJobSchedulers = async () => [];
  getJobSchedulersCount = async () => 0;
  getRedisInfo = async () => null;
  getGlobalConcurrency = async () => null;
  isPaused = async () => false;

  private shown() {
    const { id, name } = this.job;
    return {
      opts: {},
      promote: nothing,
      remove: nothing,
      retry: nothing,
      getState: async () => 'failed' as const,
      updateData: async (data: Record<string, unknown>) => {
        this.job.data = data;
      },
      toJSON: () => ({
        ...{ id, name, progress: 0, attemptsMade: 1, timestamp: 0, failedReason: 'not accepted' },
        ...{ stacktrace: [], data: this.job.data, returnvalue: null, opts: {} },
      }),
    };
  }

  // What the board has buttons for, and the routes do not list.
  clean = nothing;
  pause = nothing;
  resume = nothing;
  empty = nothing;
  obliterate = nothing;
  promoteAll = nothing;
  setGlobalConcurrency = nothing;
  addJob = never;
  getMetrics = never;
  removeJobScheduler = never;
  updateJobScheduler = never;
  runJobSchedulerNow = never;
}

async function nothing(): Promise<void> {}

async function never(): Promise<never> {
  throw new Error('this queue cannot do that');
}
