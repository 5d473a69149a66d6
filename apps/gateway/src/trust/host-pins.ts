import { stat } from 'node:fs/promises';
import {
  activePin,
  keepPins,
  type PinState,
  type PinStates,
  type Pins,
  pinsInForce,
  pinsOf,
  pinsPath,
  readKeptPins,
  readPins,
} from '@countersign/gateway-protocol';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';

/**
 * The pins that were set on this host: for each tenant the hash that its first trust document must have. Someone may
 * change the file at any time (`countersign gateways pin`), so it is read again whenever it is another file.
 *
 * What is in force is kept on disk before it counts. So a file that someone removes or edits lifts no delay: the pin that was
 * in force stays, and the alarm is raised.
 */
export class HostPins {
  private states: PinStates = {};
  /** The pins in force, as they are kept on disk. */
  private file: Pins = {};
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

  /** Throws if a file exists and cannot be read, and if what is in force cannot be kept. `now` in milliseconds since the epoch. */
  static async load(spoolDir: string, log: Logger, now: number): Promise<HostPins> {
    const pins = new HostPins(spoolDir, log);
    pins.version = await fileVersion(spoolDir);
    pins.file = await readKeptPins(spoolDir);
    await pins.use(await readPins(spoolDir), now);
    for (const [tenant, state] of Object.entries(pins.states))
      if (state.alarm !== undefined) pins.announce(tenant, state, now);
    return pins;
  }

  get all(): PinStates {
    return this.states;
  }

  /** Versions that a tenant's chain must contain, by its pin in force. */
  requiredVersions(tenant: string): readonly string[] | undefined {
    return this.required.get(tenant);
  }

  /**
   * Reads the file again if it is another one, or if a waiting pin takes effect now. Returns the previous pins, or
   * undefined if nothing can have changed. A file that cannot be read states no pin: what is in force stays, what waits goes
   * on waiting, and the alarm is raised. Rejects with the file system's error if what is in force cannot be kept; the next
   * call tries again.
   */
  async refresh(now: number): Promise<PinStates | undefined> {
    const version = await fileVersion(this.spoolDir);
    if (version === this.version && now < this.nextPinAt) return undefined;
    const before = this.states;
    const read = await readPins(this.spoolDir).catch((error: unknown) => {
      this.log.error(describeError(error), 'the pins cannot be read; the last ones are kept');
      return undefined;
    });
    await this.use(read, now);
    this.version = version;
    return before;
  }

  /** Logs a pin that is new or was changed. */
  announce(tenant: string, { pin, alarm }: PinState, now: number): void {
    if (alarm !== undefined)
      this.log.error(
        { tenant, alarm, ...pin },
        'pins.json was removed or edited; the pin that was in force stays. “countersign gateways pin” sets it again',
      );
    else if (pin.next !== undefined && now < Date.parse(pin.next.from))
      this.log.warn(
        { tenant, pinned: pin.pinned, next: pin.next },
        'another pin will replace the one in force',
      );
    else this.log.warn({ tenant, ...activePin(pin, now) }, 'a tenant is pinned');
  }

  /** @param file undefined if it cannot be read */
  private async use(file: Pins | undefined, now: number): Promise<void> {
    const states = pinsInForce(this.file, file ?? this.file, now);
    if (file === undefined) for (const state of Object.values(states)) state.alarm = 'missing';
    const inForce = pinsOf(states);
    if (JSON.stringify(inForce) !== JSON.stringify(this.file)) await keepPins(this.spoolDir, states);
    this.file = inForce;
    this.states = states;
    this.required.clear();
    for (const [tenant, { pin }] of Object.entries(states)) {
      const { atLeast } = activePin(pin, now);
      if (atLeast !== undefined) this.required.set(tenant, atLeast);
    }
    const waiting = Object.values(inForce).map(({ next }) =>
      next === undefined ? 0 : Date.parse(next.from),
    );
    this.nextPinAt = Math.min(Number.POSITIVE_INFINITY, ...waiting.filter((from) => from > now));
  }
}

/** Identifies the pins file: every write makes a new file. Undefined if there is none. */
async function fileVersion(spoolDir: string): Promise<string | undefined> {
  const found = await stat(pinsPath(spoolDir), { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino} ${found.mtimeNs} ${found.size}`;
}
