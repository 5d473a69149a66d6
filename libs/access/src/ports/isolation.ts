import type { IsolationReport, IsolationRun } from '../domain/isolation.js';
import type { Entry } from './repository.js';

export interface IsolationRepositories {
  isolation: Entry<IsolationRepository, 'claim' | 'finish' | 'advance'>;
}

/** The nightly isolation tests, one a UTC day. These rows belong to the deployment. */
export interface IsolationRepository {
  /** The newest that has ended; null if none has. */
  newest(): Promise<IsolationRun | null>;
  /** The run of a day with the last tenant whose log has its result; null if there is none. */
  find(day: string): Promise<(IsolationRun & { statedThrough: string }) | null>;
  /** Takes the day's test for one broker until then. @returns false if another broker has it, or it was made */
  claim(day: string, now: string, until: string): Promise<boolean>;
  finish(day: string, report: IsolationReport, at: string): Promise<void>;
  /** Compare-and-swap: the logs of all tenants up to this slug have the result. */
  advance(day: string, from: string, through: string): Promise<boolean>;
}
