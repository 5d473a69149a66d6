import { fault } from './faults.js';
import type { LeafData } from './leaf-data.js';
import { isRecordLeaf } from './record-of-leaf.js';
import { BROKER_TOLERANCE_MS } from './timeline.js';

/** The latest time that a broker has given a leaf, in milliseconds since the epoch, and the index of that leaf. */
export type LeafOrderState = { at: number; index: number };

/**
 * Whether the times of a log follow its order. A broker dates a leaf when it writes it. So a leaf that is older than one before
 * it, by more than the clocks of brokers differ, shows that one of the two has a wrong time. A leaf that is dated ahead would end
 * a waiting time too early, or begin a lock or a stricter rule too late. Records have the clocks of their gateways, and arrive
 * later than they were made: they do not count here.
 */
export class LeafOrder {
  constructor(readonly state: LeafOrderState = { at: 0, index: 0 }) {}

  /** Takes the next leaf. @throws LogFault `backdated` */
  take(data: LeafData): void {
    const { state } = this;
    if (isRecordLeaf(data.leaf.type)) return;
    if (data.at < state.at - BROKER_TOLERANCE_MS)
      throw data.fault(
        'backdated',
        `it is dated ${data.leaf.at}, and leaf ${state.index} before it ${text(state.at)}: one of the two times is wrong.`,
      );
    if (data.at > state.at) Object.assign(state, { at: data.at, index: data.index });
  }

  /**
   * After the last leaf. Only the reader's own clock shows that the newest leaves are dated ahead.
   *
   * @param now the reader's time, in milliseconds since the epoch
   * @throws LogFault `dated_ahead`
   */
  requirePast(now: number): void {
    const { at, index } = this.state;
    if (at > now + BROKER_TOLERANCE_MS)
      throw fault(
        'dated_ahead',
        `it is dated ${text(at)}, and this computer’s clock shows ${text(now)}. If your clock is right, the leaf is dated ahead.`,
        index,
      );
  }
}

const text = (time: number): string => new Date(time).toISOString();
