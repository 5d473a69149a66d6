import { ISOLATION_SURFACES, type IsolationSurface } from '@countersign/contract';

/** One answer that showed a tenant something of another. */
export interface IsolationLeak {
  surface: IsolationSurface;
  /** Where: a route of the API, or a part of the surface. No value. */
  where: string;
}

/** What one night's test found. */
export interface IsolationReport {
  /** How many attempts were made through each surface. */
  attempts: Record<IsolationSurface, number>;
  /** Empty if nothing leaked. */
  leaks: IsolationLeak[];
  /** Why the test could not be made, in words; null if it was. A test that was not made is not passed. */
  problem: string | null;
}

/** The test of one UTC day. */
export interface IsolationRun {
  /** `YYYY-MM-DD` */
  day: string;
  /** Null while it runs. */
  report: IsolationReport | null;
  endedAt: string | null;
}

/** A run with the slug of the last tenant whose log has its result. */
export type StatedRun = IsolationRun & { statedThrough: string };

/** True if every attempt was refused, and attempts were made through each surface. */
export const hasPassed = ({ leaks, problem, attempts }: IsolationReport): boolean =>
  leaks.length === 0 && problem === null && ISOLATION_SURFACES.every((surface) => attempts[surface] > 0);

export const NO_ATTEMPTS: IsolationReport['attempts'] = {
  ...{ api: 0, log: 0, stream: 0, feed: 0, notices: 0, gateway: 0 },
};
