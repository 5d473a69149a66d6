import { DailyLeavesFailed, type DailyRun, type DueDay } from '@countersign/access';

/**
 * One of the daily jobs, a bounded number of tenants a turn. It remembers where the last turn ended, so that tenants whose
 * leaves fail keep no others from theirs. After the last tenant it begins at the front again.
 */
export class DailyTurns {
  #after: DueDay | null = null;

  constructor(private readonly run: (after: DueDay | null) => Promise<DailyRun>) {}

  /**
   * @returns how many leaves were written
   * @throws DailyLeavesFailed if some tenants failed; the others are done
   */
  async turn(): Promise<number> {
    try {
      const { leaves, next } = await this.run(this.#after);
      this.#after = next;
      return leaves;
    } catch (error) {
      if (error instanceof DailyLeavesFailed) this.#after = error.run.next;
      throw error;
    }
  }
}
