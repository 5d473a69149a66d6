import type { DeploymentPorts, UnitOptions, VendorReadUnit, VendorUnit } from '@countersign/access';
import type { UnitOfWork } from './unit-of-work.js';

/** How a port's writing units run. */
interface PortRules {
  /** Whether a unit takes the deployment's log, and so waits for the other units that do. */
  log: boolean;
  /** Whether reads are of a few rows by their keys, as every call makes them: those of one moment share a snapshot. */
  sharesReads?: boolean;
}

const LOGS: PortRules = { log: true };
const NO_LOG: PortRules = { log: false };

/** The narrow ports. The types say which repositories each of them hands out (libs/access/src/ports/deployment.ts). */
const PORTS: Record<keyof DeploymentPorts, PortRules> = {
  directory: LOGS,
  sessions: { ...LOGS, sharesReads: true },
  sessionUse: NO_LOG,
  signInAttempts: NO_LOG,
  apiKeys: { ...LOGS, sharesReads: true },
  passkeys: LOGS,
  gateways: LOGS,
  signingKeys: LOGS,
  checkpoints: NO_LOG,
  logAlarms: LOGS,
  feed: LOGS,
  continuity: NO_LOG,
  locks: LOGS,
  controls: LOGS,
  scimTokens: LOGS,
  provisioning: LOGS,
  notices: NO_LOG,
  noticeAdmin: LOGS,
  personal: LOGS,
  push: NO_LOG,
  schedule: LOGS,
  slack: NO_LOG,
  slackSetup: LOGS,
  exports: NO_LOG,
  exportSetup: LOGS,
  standing: NO_LOG,
  isolation: LOGS,
  incidents: LOGS,
  reports: LOGS,
  demands: LOGS,
  demandCounts: NO_LOG,
  housekeeping: NO_LOG,
};

/** What the store runs a port's units with. */
export interface PortRunner {
  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>, isShared?: boolean): Promise<T>;
  asVendor<T>(work: (unit: VendorUnit) => Promise<T>, options?: UnitOptions): Promise<T>;
  withoutLog<T>(work: (unit: ReturnType<UnitOfWork['deployment']>) => Promise<T>): Promise<T>;
}

export function portsOf(store: PortRunner): DeploymentPorts {
  const ports = Object.entries(PORTS).map(([name, { log, sharesReads }]) => [
    name,
    {
      read: (work: (unit: VendorReadUnit) => Promise<unknown>) => store.readAsVendor(work, sharesReads),
      write: (work: (unit: VendorUnit) => Promise<unknown>, options?: UnitOptions) =>
        log ? store.asVendor(work, options) : store.withoutLog(work as (unit: unknown) => Promise<unknown>),
    },
  ]);
  return Object.fromEntries(ports) as DeploymentPorts;
}
