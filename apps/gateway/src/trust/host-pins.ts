import { stat } from 'node:fs/promises';
import { activePin, type Pin, type Pins, pinsPath, readPins } from '@countersign/gateway-protocol';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';

/**
 * The pins that were set on this host: for each tenant the hash that its first trust document must have. Someone may
 * change the file at any time (`countersign gateways pin`), so it is read again whenever it is another file.
 */
export class HostPins {
  private pins: Pins = {};
  /** Identifies the file that was read. */
  private version: string | undefined;
  /** When the next waiting pin takes effect; milliseconds since the epoch. */
  private nextPinAt = Number.POSITIVE_INFINITY;
  /** By tenant: the versions that its pin in force requires in the chain. Absent if the pin requires none. */
  private readonly required = new Map<string, readonly string[]>();

  private constructor(
    private readonly spoolDir: string,
    private readonly log: Logger,
  ) {}

  /** Throws if the file exists and cannot be read. `now` in milliseconds since the epoch. */
  static async load(spoolDir: string, log: Logger, now: number): Promise<HostPins> {
    const pins = new HostPins(spoolDir, log);
    pins.version = await fileVersion(spoolDir);
    pins.use(await readPins(spoolDir), now);
    return pins;
  }

  get all(): Pins {
    return this.pins;
  }

  /** Versions that a tenant's chain must contain, by its pin in force. */
  requiredVersions(tenant: string): readonly string[] | undefined {
    return this.required.get(tenant);
  }

  /**
   * Reads the file again if it is another one, or if a waiting pin takes effect now. Returns the pins of before, or
   * undefined if nothing can have changed. A file that cannot be read is logged, and changes nothing.
   */
  async refresh(now: number): Promise<Pins | undefined> {
    const version = await fileVersion(this.spoolDir);
    if (version === this.version && now < this.nextPinAt) return undefined;
    this.version = version;
    const before = this.pins;
    const read = await readPins(this.spoolDir).catch((error: unknown) => {
      this.log.error(describeError(error), 'the pins cannot be read; the last ones are kept');
      return before;
    });
    this.use(read, now);
    return before;
  }

  /** Logs a pin that is new or was changed. */
  announce(tenant: string, pin: Pin, now: number): void {
    if (pin.next !== undefined && now < Date.parse(pin.next.from))
      this.log.warn(
        { tenant, pinned: pin.pinned, next: pin.next },
        'another pin will replace the one in force',
      );
    else this.log.warn({ tenant, ...activePin(pin, now) }, 'a tenant is pinned');
  }

  private use(pins: Pins, now: number): void {
    this.pins = pins;
    this.required.clear();
    for (const [tenant, pin] of Object.entries(pins)) {
      const { atLeast } = activePin(pin, now);
      if (atLeast !== undefined) this.required.set(tenant, atLeast);
    }
    const waiting = Object.values(pins).map(({ next }) => (next === undefined ? 0 : Date.parse(next.from)));
    this.nextPinAt = Math.min(Number.POSITIVE_INFINITY, ...waiting.filter((from) => from > now));
  }
}

/** Identifies the pins file: every write makes a new file. Undefined if there is none. */
async function fileVersion(spoolDir: string): Promise<string | undefined> {
  const found = await stat(pinsPath(spoolDir), { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino} ${found.mtimeNs} ${found.size}`;
}
