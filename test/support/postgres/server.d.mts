/** What `server.mjs` offers to tests and benchmarks that start a server of their own. */
export interface PostgresOptions {
  durable?: boolean;
  tls?: { cert: string; key: string };
  bin?: string;
  packages?: string;
  asItComes?: boolean;
  settings?: Record<string, string>;
}

export function startPostgres(
  options?: PostgresOptions,
): Promise<{ url: string; pid: number | undefined; stop(): Promise<void> }>;
