import { DailyLeavesFailed, type DailyRun, type DueDay } from '@countersign/access';

/**
 * One of the daily jobs, a bounded number of tenants a run. It remembers where the last run ended, so that tenants whose leaves
 * fail keep no others from theirs. After the last tenant it begins again with the first.
 */
export class DailyJob {
  #after: DueDay | null = null;

  constructor(private readonly runFrom: (after: DueDay | null) => Promise<DailyRun>) {}

  /**
   * @returns how many leaves were written
   * @throws DailyLeavesFailed if some tenants failed; the others are done
   */
  async run(): Promise<number> {
    try {
      const { leaves, next } = await this.runFrom(this.#after);
      this.#after = next;
      return leaves;
    } catch (error) {
      if (error instanceof DailyLeavesFailed) this.#after = error.run.next;
      throw error;
    }
  }
}
