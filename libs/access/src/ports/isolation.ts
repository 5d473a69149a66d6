import type { IsolationReport, StatedRun } from '../domain/isolation.js';
import type { Entry } from './repository.js';

export interface IsolationRepositories {
  isolation: Entry<IsolationRepository, 'claim' | 'finish' | 'advance'>;
}

/** The nightly isolation tests, one a UTC day. These rows belong to the deployment. */
export interface IsolationRepository {
  /** The newest that has ended; null if none has. */
  newest(): Promise<StatedRun | null>;
  /** Null if there is none. */
  find(day: string): Promise<StatedRun | null>;
  /** Takes the day's test for one broker until then. @returns false if another broker has it, or it was made */
  claim(day: string, now: string, until: string): Promise<boolean>;
  /**
   * Ends the day's test for the broker that has it until `held`.
   *
   * @param again before when no broker takes the day's test again; what was made is never taken again
   * @returns false if another broker has taken the test over: its result counts
   */
  finish(day: string, claim: string, report: IsolationReport, at: string, again: string): Promise<boolean>;
  /** Compare-and-swap: the logs of all tenants up to this slug have the result. */
  advance(day: string, from: string, through: string): Promise<boolean>;
}
