import type { Adapter, AdapterPayload } from 'oidc-provider';

type Entry = { payload: AdapterPayload; expiresAt: number };

/** Storage for `oidc-provider` in memory: the demo's sign-ins need not survive a restart. */
export class MemoryAdapter implements Adapter {
  private static readonly entries = new Map<string, Entry>();

  constructor(private readonly model: string) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const now = Date.now();
    for (const [key, { expiresAt }] of MemoryAdapter.entries)
      if (expiresAt <= now) MemoryAdapter.entries.delete(key);
    const expiresAt = expiresIn > 0 ? now + expiresIn * 1000 : Number.POSITIVE_INFINITY;
    MemoryAdapter.entries.set(this.key(id), { payload, expiresAt });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const found = MemoryAdapter.entries.get(this.key(id));
    return found === undefined || found.expiresAt <= Date.now() ? undefined : found.payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.findWhere((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.findWhere((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const found = MemoryAdapter.entries.get(this.key(id));
    if (found !== undefined) found.payload = { ...found.payload, consumed: Math.floor(Date.now() / 1000) };
  }

  async destroy(id: string): Promise<void> {
    MemoryAdapter.entries.delete(this.key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, { payload }] of MemoryAdapter.entries)
      if (payload.grantId === grantId) MemoryAdapter.entries.delete(key);
  }

  private findWhere(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, { payload, expiresAt }] of MemoryAdapter.entries)
      if (key.startsWith(`${this.model}:`) && expiresAt > Date.now() && matches(payload)) return payload;
    return undefined;
  }

  private key(id: string): string {
    return `${this.model}:${id}`;
  }
}
