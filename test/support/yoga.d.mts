import type { RequestListener } from 'node:http';

/** An operation as the server ran it. */
export type Executed = { operation: string | undefined; variables: unknown };

export function yogaListener(options: {
  typeDefs: string;
  resolvers: Record<string, Record<string, (root: unknown, args: never) => unknown>>;
  /** The text of a persisted operation, by its hash. */
  textOf(sha256: string): string | null;
  onExecute(executed: Executed): void;
}): RequestListener;
