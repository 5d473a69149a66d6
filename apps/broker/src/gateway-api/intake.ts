import type { RecordBatch } from '@countersign/access';

type Accepted = Record<string, number>;
type Waiting = { batch: RecordBatch; resolve(accepted: Accepted): void; reject(error: unknown): void };

/** Full units that are in the store at once: a stop must not wait behind those of hundreds of gateways. */
const UNITS_AT_ONCE = 2;
/** Records of one unit, but for one batch that has more of its own: the longer a unit, the longer a stop waits for it. */
const RECORDS_A_UNIT = 250;
/** After a unit the next one gathers for so long, unless it is full before: each costs a commit, whatever is in it. */
const GATHER_MS = 50;

/**
 * Batches of records that gateways hand over at once, taken together: a transaction costs as much as dozens of records,
 * and hundreds of gateways with a few calls each bring few records a batch. Where one of them is refused, each is taken
 * by itself, so that no gateway hears of another's fault.
 */
export class Intake {
  private readonly waiting: Waiting[] = [];
  /** Of those that wait. */
  private records = 0;
  private units = 0;
  private gathering: NodeJS.Timeout | undefined;

  constructor(private readonly take: (batches: readonly RecordBatch[]) => Promise<Accepted[]>) {}

  /** Resolves when every record of the batch is committed. Rejects with what `take` throws at this batch. */
  hand(batch: RecordBatch): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, resolve, reject });
      this.records += batch.records.length;
      this.look();
    });
  }

  private look(): void {
    const isFull = this.records >= RECORDS_A_UNIT;
    const isFree = this.units === 0 && this.gathering === undefined;
    if (this.waiting.length > 0 && (isFree || (isFull && this.units < UNITS_AT_ONCE))) void this.run();
  }

  private async run(): Promise<void> {
    this.units += 1;
    await this.unit(this.next());
    this.units -= 1;
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.look();
    }, GATHER_MS);
    this.look();
  }

  private next(): Waiting[] {
    let records = 0;
    const fits = ({ batch }: Waiting) => {
      records += batch.records.length;
      return records <= RECORDS_A_UNIT;
    };
    const beyond = this.waiting.findIndex((each) => !fits(each));
    const together = this.waiting.splice(0, beyond < 0 ? this.waiting.length : Math.max(1, beyond));
    for (const { batch } of together) this.records -= batch.records.length;
    return together;
  }

  private async unit(together: readonly Waiting[]): Promise<void> {
    try {
      const accepted = await this.take(together.map(({ batch }) => batch));
      for (const [index, { resolve }] of together.entries()) resolve(accepted[index] as Accepted);
    } catch (error) {
      if (together.length === 1) together[0]?.reject(error);
      else for (const each of together) await this.unit([each]);
    }
  }
}
