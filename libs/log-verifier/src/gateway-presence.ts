import { MOST_LISTED } from '@countersign/contract';
import type { DeploymentHistory, Gateway } from './deployment-history.js';
import { fault, type Warnings } from './faults.js';
import type { LeafOf } from './leaf-data.js';
import { type LogClock, overlap } from './log-clock.js';
import { SignedLanes, type SignedLanesState } from './signed-lanes.js';

export type PresenceState = {
  /** When the first leaf that was read was written, in milliseconds since the epoch. */
  begin: number | null;
  /** When the newest daily statement was written. */
  statedAt: number | null;
  /** The gateways that daily statements name, and when the first of these was written. */
  stated: Map<string, number>;
  signed: SignedLanesState;
};

/** Each gateway signs its chain in each log that it serves soon after midnight UTC. A second midnight makes sure of it. */
const LONGEST_SILENT_MS = 2 * 86_400_000;
/** The statements of many tenants are written one after the other, from one reading of the gateways. */
const STATED_WITHIN_MS = 10 * 60_000;
/** A broker notes within a minute that a gateway is back. */
const BACK_WITHIN_MS = 5 * 60_000;

/**
 * Whether each gateway that serves the tenant has signed its records in the tenant's log. Chains show a record that is missing
 * between two others; a gateway whose records are left out as a whole, heads included, has no chain. The deployment's log names
 * every gateway, and which serve all tenants; the tenant's daily statement says which serve it. While brokers are running, a gateway
 * signs each day, unless the deployment's log says that it was gone.
 */
export class GatewayPresence {
  readonly #signed: SignedLanes;

  constructor(
    private readonly deployment: DeploymentHistory,
    private readonly clock: LogClock,
    readonly state: PresenceState = { begin: null, statedAt: null, stated: new Map(), signed: new Map() },
  ) {
    this.#signed = new SignedLanes(state.signed);
  }

  /** Takes the next leaf. @throws LogFault `standing_differs`, `unknown_gateway` */
  take(data: LeafOf): void {
    this.state.begin ??= data.at;
    if (data.type === 'gateway.head') this.#signed.take(data.at, data.members);
    else if (data.type === 'standing.stated') this.takeStatement(data);
    else if (data.type === 'access.allowed') this.requireThere(data);
  }

  /** After the last leaf. @throws LogFault `gateway_silent` */
  finish(warnings: Warnings): void {
    for (const [id, gateway] of this.deployment.gateways) {
      if (gateway.registeredAt === null) continue;
      const from = this.servedFrom(id, gateway);
      if (from === undefined)
        warnings.add(
          'gateway_of_others',
          `${id} serves other tenants, as the vendor says: no daily statement of this log names it.`,
        );
      else this.requireSigned(id, gateway, from, warnings);
    }
  }

  /** From when on the gateway serves the tenant, as the two logs say; undefined if they do not. */
  private servedFrom(id: string, { registeredAt, servesAll }: Gateway): number | undefined {
    const stated = this.state.stated.get(id);
    if (!servesAll && stated === undefined) return undefined;
    return Math.max(registeredAt ?? 0, this.state.begin ?? 0, servesAll ? 0 : (stated ?? 0));
  }

  private requireSigned(id: string, gateway: Gateway, from: number, warnings: Warnings): void {
    const to = Math.min(gateway.revokedAt ?? Number.POSITIVE_INFINITY, this.clock.now);
    if (to <= from) return;
    const signed = this.#signed.upTo(id);
    const since = Math.max(from, signed ?? from);
    const gone = gateway.absences.reduce(
      (sum, { from: begin, until }) => sum + overlap({ from: begin, to: until ?? to }, { from: since, to }),
      0,
    );
    const owed = this.clock.running(since, to) - gone;
    const text = (time: number) => new Date(time).toISOString();
    if (owed > LONGEST_SILENT_MS)
      throw fault(
        'gateway_silent',
        `${id} serves this tenant, and ${signed === undefined ? 'has signed nothing in this log' : `signed in this log last at ${text(signed)}`}. Its records after ${text(since)} may be missing, calls among them.`,
      );
    if (signed === undefined)
      warnings.add('gateway_unsigned', `${id} serves this tenant, and has signed nothing in this log yet.`);
  }

  private takeStatement(data: LeafOf<'standing.stated'>): void {
    const { state } = this;
    const [listed, more] = [data.members.gateways, data.count('moreGateways')];
    const since = state.statedAt ?? data.at;
    const wrong = (detail: string) => data.fault('standing_differs', `the statement ${detail}.`);
    for (const id of listed) {
      const gateway = this.deployment.gateways.get(id);
      const isEnrolled = gateway?.registeredAt != null && gateway.registeredAt <= data.at + STATED_WITHIN_MS;
      if (!isEnrolled || (gateway.revokedAt ?? since) < since - STATED_WITHIN_MS)
        throw wrong(`says that ${id} serves this tenant, which the deployment’s log does not know then`);
      if (!state.stated.has(id)) state.stated.set(id, data.at);
    }
    if (more > 0 && new Set(listed).size < MOST_LISTED.gateways)
      throw wrong(`leaves out ${more} gateways, and names fewer than ${MOST_LISTED.gateways}`);
    for (const [id, gateway] of more > 0 ? [] : this.deployment.gateways)
      if (!listed.includes(id) && this.mustBeNamed(id, gateway, { since, at: data.at }))
        throw wrong(`does not name ${id}, which serves this tenant`);
    state.statedAt = data.at;
  }

  /** It was enrolled well before the statement, and was not revoked well before the one before it. */
  private mustBeNamed(
    id: string,
    { registeredAt, revokedAt, servesAll }: Gateway,
    { since, at }: { since: number; at: number },
  ): boolean {
    if (registeredAt === null || registeredAt >= at - STATED_WITHIN_MS) return false;
    if ((revokedAt ?? Number.POSITIVE_INFINITY) <= since + STATED_WITHIN_MS) return false;
    // One for some tenants, which signs in this log, serves this one.
    return servesAll || (this.#signed.newest(id) ?? Number.NEGATIVE_INFINITY) > since;
  }

  /** A gateway without contact to any broker refuses all calls within seconds, and so does one that was revoked. */
  private requireThere(data: LeafOf<'access.allowed'>): void {
    const gateway = this.deployment.gateways.get(data.members.gateway);
    const isGone =
      data.at > (gateway?.revokedAt ?? Number.POSITIVE_INFINITY) + BACK_WITHIN_MS ||
      gateway?.absences.some(
        ({ closedAt, until }) =>
          data.at > closedAt + BACK_WITHIN_MS &&
          data.at < (until ?? Number.POSITIVE_INFINITY) - BACK_WITHIN_MS,
      );
    if (isGone === true)
      throw data.fault(
        'unknown_gateway',
        `the deployment’s log says that ${data.members.gateway} was gone or revoked then.`,
      );
  }
}
