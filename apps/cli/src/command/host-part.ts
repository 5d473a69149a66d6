import type { SlackEnvironment, StoreEnvironment } from '@countersign/config';
import type { Command } from 'commander';
import type { Finding } from '../doctor/finding.js';
import type { Run } from './context.js';

/**
 * The verbs of a host that runs Countersign. They need a database driver and the programs, so the package that people install
 * (decision 54) leaves them out: no other file may import them; the command receives them as a `HostPart`.
 */
export type HostPart = {
  /** @param trust the verb `trust`, to which this part adds its own */
  register(program: Command, trust: Command, run: Run): void;
  /** What `doctor` checks of the database; undefined if this command cannot open one. */
  checkStore: ((store: StoreEnvironment, slack: SlackEnvironment | null) => Promise<Finding[]>) | undefined;
};
