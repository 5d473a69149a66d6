import type { DeploymentPorts, UnitOptions, VendorReadUnit, VendorUnit } from '@countersign/access';
import type { UnitOfWork } from './unit-of-work.js';

/** How a port's writing units run. */
interface PortRules {
  /** Whether a unit takes the deployment's log, and so waits for the other units that do. */
  log: boolean;
  /** Whether a commit wakes those who poll the store. */
  wakes: boolean;
}

const LOGS: PortRules = { log: true, wakes: true };

/** The narrow ports. The types say which repositories each of them hands out (libs/access/src/ports/deployment.ts). */
const PORTS: Record<keyof DeploymentPorts, PortRules> = {
  directory: LOGS,
  sessions: LOGS,
  sessionUse: { log: false, wakes: false },
  signInAttempts: { log: false, wakes: false },
  apiKeys: LOGS,
  passkeys: LOGS,
  gateways: LOGS,
  signingKeys: LOGS,
  checkpoints: { log: false, wakes: false },
  feed: LOGS,
  locks: LOGS,
  scimTokens: LOGS,
  provisioning: LOGS,
  notices: { log: false, wakes: true },
  noticeAdmin: LOGS,
  schedule: LOGS,
  slack: { log: false, wakes: false },
  slackSetup: LOGS,
  housekeeping: { log: false, wakes: false },
};

/** What the store runs a port's units with. */
export interface PortRunner {
  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>): Promise<T>;
  asVendor<T>(work: (unit: VendorUnit) => Promise<T>, options?: UnitOptions): Promise<T>;
  withoutLog<T>(work: (unit: ReturnType<UnitOfWork['deployment']>) => Promise<T>, wakes: boolean): Promise<T>;
}

export function portsOf(store: PortRunner): DeploymentPorts {
  const ports = Object.entries(PORTS).map(([name, { log, wakes }]) => [
    name,
    {
      read: (work: (unit: VendorReadUnit) => Promise<unknown>) => store.readAsVendor(work),
      write: (work: (unit: VendorUnit) => Promise<unknown>, options?: UnitOptions) =>
        log
          ? store.asVendor(work, options)
          : store.withoutLog(work as (unit: unknown) => Promise<unknown>, wakes),
    },
  ]);
  return Object.fromEntries(ports) as DeploymentPorts;
}
