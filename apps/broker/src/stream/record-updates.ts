import type { IncomingRecord } from '@countersign/access';
import { growingCache } from '@countersign/runtime';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { StreamHub } from './stream-hub.js';

/** At most one event for each grant in this time: each makes pages read again, and frequent calls must not overload them. */
const PAUSE_MS = 250;
const REMEMBERED = 10_000;

interface RecordedGrant {
  tenant: string;
  grant: string;
  requester: string;
}

/** Notifies streams when gateways deliver records of calls under a grant. */
@Injectable()
export class RecordUpdates implements OnModuleDestroy {
  /** Calls whose outcome has not arrived yet: an outcome names only the call. */
  private readonly calls = growingCache<RecordedGrant>(REMEMBERED);
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(private readonly streams: StreamHub) {}

  taken(records: readonly IncomingRecord[]): void {
    for (const record of records) {
      const recorded = this.subjectOf(record);
      if (recorded !== undefined && !this.waiting.has(recorded.grant)) this.sendSoon(recorded);
    }
  }

  onModuleDestroy(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  private subjectOf(record: IncomingRecord): RecordedGrant | undefined {
    if (record.kind === 'outcome') return this.calls.get(record.id);
    if (record.kind !== 'allowed' && record.kind !== 'refused') return undefined;
    const { id, tenant, grant, person } = record.view;
    const recorded = { tenant, grant, requester: person };
    this.calls.set(id, recorded);
    return recorded;
  }

  private sendSoon(recorded: RecordedGrant): void {
    const timer = setTimeout(() => {
      this.waiting.delete(recorded.grant);
      this.streams.sendRecorded(recorded);
    }, PAUSE_MS);
    this.waiting.set(recorded.grant, timer);
  }
}
