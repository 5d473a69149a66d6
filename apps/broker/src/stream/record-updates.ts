import type { IncomingRecord } from '@countersign/access';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { StreamHub } from './stream-hub.js';

/** At most one word for each grant in this time: pages look again, and a loop of calls must not make them race. */
const PAUSE_MS = 250;
const REMEMBERED = 10_000;

interface Of {
  tenant: string;
  grant: string;
  requester: string;
}

/** Tells pages that calls of a grant were recorded, as gateways hand them over. */
@Injectable()
export class RecordUpdates implements OnModuleDestroy {
  /** Of calls whose outcome is still to come: outcomes name the call alone. */
  private readonly calls = new LRUCache<string, Of>({ max: REMEMBERED });
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(private readonly streams: StreamHub) {}

  taken(records: readonly IncomingRecord[]): void {
    for (const record of records) {
      const of = this.subjectOf(record);
      if (of !== undefined && !this.waiting.has(of.grant)) this.tellSoon(of);
    }
  }

  onModuleDestroy(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  private subjectOf(record: IncomingRecord): Of | undefined {
    if (record.kind === 'outcome') return this.calls.get(record.id);
    if (record.kind !== 'allowed' && record.kind !== 'refused') return undefined;
    const { id, tenant, grant, person } = record.view;
    const of = { tenant, grant, requester: person };
    this.calls.set(id, of);
    return of;
  }

  private tellSoon(of: Of): void {
    const timer = setTimeout(() => {
      this.waiting.delete(of.grant);
      this.streams.sendRecorded(of);
    }, PAUSE_MS);
    this.waiting.set(of.grant, timer);
  }
}
