import { z } from 'zod';
import { listenHost, port } from './values.js';

/** Where the private listener of a program listens: for metrics and the details of its health. */
export type AdminEnvironment = {
  host: string;
  port: number;
  /** No one named a port: if the default one is taken, any free one will do. */
  orAnyPort: boolean;
};

export const adminShape = {
  COUNTERSIGN_ADMIN_HOST: listenHost.default('127.0.0.1'),
  COUNTERSIGN_ADMIN_PORT: z.union([z.literal('none'), port], { error: 'must be a port, or none' }).optional(),
};

/** The address of the private listener; null if there is none. */
export function adminFrom(
  raw: { COUNTERSIGN_ADMIN_HOST: string; COUNTERSIGN_ADMIN_PORT?: number | 'none' | undefined },
  defaultPort: number,
): AdminEnvironment | null {
  const { COUNTERSIGN_ADMIN_HOST: host, COUNTERSIGN_ADMIN_PORT: named } = raw;
  if (named === 'none') return null;
  return { host, port: named ?? defaultPort, orAnyPort: named === undefined };
}
