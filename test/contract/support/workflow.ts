import {
  type AccessRequestInput,
  applyOrganisation,
  type Clock,
  ensureBrokerKeys,
  type Organisation,
  type Page,
  type Principal,
  type RequestView,
  requestAccess,
  reviewRequest,
  type SigningDeps,
  type Store,
  type StoredEvent,
} from '@countersign/access';
import { systemHashing, systemRandomness, systemSigners, uuidV7Ids } from '@countersign/persistence';
import { createSigningPorts } from '../../../apps/broker/src/trust/signing.js';
import { smallOrganisation } from '../../factories/small-organisation.js';
import type { Bench } from './describe-store.js';

/** A clock that stands until it is moved. */
export class TestClock implements Clock {
  private at = Date.parse('2026-11-24T15:00:00Z');
  now(): Date {
    return new Date(this.at);
  }
  forward(seconds: number): void {
    this.at += seconds * 1000;
  }
}

/** The domain on a real store, with an organisation applied. */
export interface Workflow {
  deps: SigningDeps;
  clock: TestClock;
  as(email: string): Promise<Principal>;
  ask(by: Principal, change?: Partial<AccessRequestInput>): Promise<RequestView>;
  approve(by: Principal, view: RequestView): ReturnType<typeof reviewRequest>;
  deny(by: Principal, view: RequestView): ReturnType<typeof reviewRequest>;
  /** Leaves of a tenant's log, oldest first. */
  leaves(tenant: string): Promise<Leaf[]>;
}

type Leaf = {
  type: string;
  seq: number;
  data: Record<string, unknown>;
  commitments: Record<string, string>;
};

export const anAsk: AccessRequestInput = {
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  seconds: 3600,
  justification: 'Totals differ, case 4711',
  ticket: null,
};

/** @param at a store, or the bench of a test of `describeUseCase`, whose store this opens */
export async function startWorkflow(
  at: Store | Bench,
  organisation: Organisation = smallOrganisation(),
  clock: TestClock = new TestClock(),
): Promise<Workflow> {
  const others = {
    ...{ clock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing },
    ...createSigningPorts({ publicUrl: 'http://localhost:4000' }),
  };
  const prepare = async (opened: Store) => {
    await applyOrganisation({ ...others, store: opened }, organisation, { dryRun: false });
    await ensureBrokerKeys({ ...others, store: opened }, systemSigners);
  };
  const isBench = 'openPrepared' in at;
  const key = JSON.stringify([clock.now(), organisation]);
  await (isBench ? at.openPrepared(key, prepare) : prepare(at));
  const store: Store = isBench ? at.store : at;
  const deps: SigningDeps = { ...others, store };
  const review = (decision: 'approve' | 'deny') => (by: Principal, view: RequestView) =>
    reviewRequest(deps, by, view.request.id, {
      decision,
      digest: view.request.digest,
      reason: decision === 'deny' ? 'not now' : null,
    });
  return {
    deps,
    clock,
    as: async (email) => {
      const [person] = await store.readAsVendor((unit) => unit.organisation.persons(email));
      if (person === undefined) throw new Error(`nobody is called ${email}`);
      return { person, channel: 'api', assurance: 'api-key' };
    },
    ask: (by, change = {}) => requestAccess(deps, by, { ...anAsk, ...change }),
    approve: review('approve'),
    deny: review('deny'),
    leaves: async (tenant) => {
      const pages: StoredEvent[] = [];
      let cursor: string | null = null;
      do {
        const at: string | null = cursor;
        const page: Page<StoredEvent> = await store.readForTenant(tenant, (unit) =>
          unit.events.list({}, { cursor: at, limit: 200 }),
        );
        pages.push(...page.items);
        cursor = page.next;
      } while (cursor !== null);
      return pages.reverse().map((event) => JSON.parse(event.leaf));
    },
  };
}
