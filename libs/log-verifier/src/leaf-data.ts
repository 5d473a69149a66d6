import { type Difference, differenceOf, type LeafV1, type LogFault } from '@countersign/audit-log';
import { ContractError, type EventData, type EventMember, type EventType } from '@countersign/contract';
import { fault, type ReplayFaultCode } from './faults.js';

/**
 * A leaf with data as its type declares: `type` says what its members are. A history takes `LeafOf`, and narrows it by the type.
 */
export type LeafOf<T extends EventType = EventType> = {
  [K in T]: LeafData & { readonly type: K; readonly members: Readonly<EventData<K>> };
}[T];

/** One leaf. Its readers throw LogFault `unreadable_leaf` if a member has a value that is not one of its own. */
export class LeafData {
  readonly type: string;
  readonly members: object;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  /** How it differs from what its type declares; undefined if it does not. */
  readonly difference: Difference | undefined;

  constructor(
    readonly index: number,
    readonly leaf: LeafV1,
  ) {
    this.at = Date.parse(leaf.at);
    this.difference = differenceOf(leaf);
    this.type = leaf.type;
    this.members = leaf.data;
  }

  /** A member that leaves of other kinds lack, or have as null. */
  required<T>(name: EventMember, value: T): NonNullable<T> {
    return value ?? this.unreadable(name);
  }

  /** A whole number from 0. */
  count(name: EventMember): number {
    const value = this.leaf.data[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.unreadable(name);
  }

  /** What a strict parser of the contract makes of a member. */
  parsed<T>(name: EventMember, parse: (value: unknown) => T): T {
    try {
      return parse(this.leaf.data[name]);
    } catch (error) {
      if (error instanceof ContractError) return this.unreadable(name);
      throw error;
    }
  }

  /** An instant as milliseconds since the epoch. */
  instant(name: EventMember): number {
    const time = Date.parse(String(this.leaf.data[name]));
    return Number.isNaN(time) ? this.unreadable(name) : time;
  }

  fault(code: ReplayFaultCode, detail: string): LogFault<ReplayFaultCode> {
    return fault(code, detail, this.index);
  }

  private unreadable(name: EventMember): never {
    throw this.fault('unreadable_leaf', `\`${name}\` of ${this.leaf.type} cannot be read.`);
  }
}

/** Reads what a leaf says. @returns undefined if the leaf is not as its type declares */
export const eventOf = (data: LeafData): LeafOf | undefined =>
  data.difference === undefined ? (data as LeafOf) : undefined;
