import {
  type ContextKey,
  contextKeysPath,
  parseContextKeys,
  signingContextKey,
} from '@countersign/gateway-protocol';
import { WatchedFiles, WatchedFileUnreadable } from '../storage/watched-files.js';

/** How often the files are looked at, in milliseconds. */
const LOOK_MS = 1_000;

type ServiceKeys = { files: WatchedFiles<'key'>; keys: readonly ContextKey[]; problem: string | undefined };

/**
 * The keys that this host has for services with `context: hmac`. A file that is missing or has another form means no key,
 * and then no call of the service is made: an upstream that was told to expect this context must never go without.
 */
export class ContextKeys {
  private readonly known = new Map<string, ServiceKeys>();
  private nextLook = 0;

  /** @param onProblem called when a service's key became unusable, or usable again (undefined) */
  constructor(
    private readonly spoolDir: string,
    private readonly onProblem: (service: string, problem: string | undefined) => void,
  ) {}

  /** The key that signs now; undefined if there is none. `now`: the wall clock, in milliseconds. */
  signing(service: string, now: number): ContextKey | undefined {
    return signingContextKey(this.of(service).keys, now);
  }

  /** What is wrong with a service's keys; undefined if nothing is. */
  problem(service: string): string | undefined {
    return this.of(service).problem;
  }

  /** The services that need keys. Those of others are forgotten. */
  follow(services: readonly string[]): void {
    for (const service of this.known.keys()) if (!services.includes(service)) this.known.delete(service);
    for (const service of services) this.of(service);
  }

  /** Takes keys that were added or removed. `now`: milliseconds of the monotonic clock. */
  sweep(now: number): void {
    if (now < this.nextLook) return;
    this.nextLook = now + LOOK_MS;
    for (const [service, keys] of this.known) this.refresh(service, keys);
  }

  private of(service: string): ServiceKeys {
    const known = this.known.get(service);
    if (known !== undefined) return known;
    const files = new WatchedFiles({ key: contextKeysPath(this.spoolDir, service) });
    const keys: ServiceKeys = { files, keys: [], problem: undefined };
    this.known.set(service, keys);
    this.refresh(service, keys);
    return keys;
  }

  private refresh(service: string, into: ServiceKeys): void {
    const before = into.problem;
    try {
      const { key } = into.files.readIfChanged() ?? {};
      if (key === undefined) return;
      into.keys = keysIn(key);
      into.problem = undefined;
    } catch (error) {
      if (!(error instanceof WatchedFileUnreadable)) throw error;
      into.keys = [];
      into.problem = error.message;
    }
    if (into.problem !== before) this.onProblem(service, into.problem);
  }
}

function keysIn(text: string): ContextKey[] {
  try {
    return parseContextKeys(text);
  } catch (cause) {
    // Never with the cause's message: it could repeat a part of the file.
    throw new WatchedFileUnreadable('key has another form', { cause });
  }
}
