import { type Difference, differenceOf, type LeafV1, type LogFault } from '@countersign/audit-log';
import { ContractError, type EventMember } from '@countersign/contract';
import { fault, type ReplayFaultCode } from './faults.js';

/** Reads members of one leaf's data. Each reader throws LogFault `unreadable_leaf` if the member is of another kind. */
export class LeafData {
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
  }

  text(name: EventMember): string {
    const value = this.leaf.data[name];
    return typeof value === 'string' ? value : this.unreadable(name);
  }

  /** Undefined if the member is absent or null. */
  textIfAny(name: EventMember): string | undefined {
    const value = this.leaf.data[name] ?? undefined;
    return value === undefined || typeof value === 'string' ? value : this.unreadable(name);
  }

  /** A whole number from 0. */
  count(name: EventMember): number {
    const value = this.leaf.data[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.unreadable(name);
  }

  texts(name: EventMember): string[] {
    const value = this.leaf.data[name];
    return Array.isArray(value) && value.every((each) => typeof each === 'string')
      ? (value as string[])
      : this.unreadable(name);
  }

  has(name: EventMember): boolean {
    return (this.leaf.data[name] ?? null) !== null;
  }

  /** An object as it is; its own parser decides about its members. */
  object<T = Record<string, unknown>>(name: EventMember): T {
    const value = this.leaf.data[name];
    return typeof value === 'object' && value !== null ? (value as T) : this.unreadable(name);
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
    const time = Date.parse(this.text(name));
    return Number.isNaN(time) ? this.unreadable(name) : time;
  }

  fault(code: ReplayFaultCode, detail: string): LogFault<ReplayFaultCode> {
    return fault(code, detail, this.index);
  }

  private unreadable(name: EventMember): never {
    throw this.fault('unreadable_leaf', `\`${name}\` of ${this.leaf.type} cannot be read.`);
  }
}
