/** What `server.mjs` offers to tests and benchmarks that start a server of their own. */
export function startPostgres(options?: {
  durable?: boolean;
  tls?: { cert: string; key: string };
  bin?: string;
}): Promise<{ url: string; pid: number | undefined; stop(): Promise<void> }>;
