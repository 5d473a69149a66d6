import { setTimeout as pause } from 'node:timers/promises';
import { SlackError } from './errors.js';
import type { Json } from './messages.js';

interface Refusal {
  method: string;
  code: string;
  times: number;
  retryAfter: number | null;
  where: (args: Json) => boolean;
}

/** What goes wrong at Slack, on demand. */
export class Troubles {
  private outage: number | 'cut' | null = null;
  private readonly refusals: Refusal[] = [];
  private readonly lost = new Map<string, number>();
  private readonly slow = new Map<string, number>();

  /** The next calls of a method are refused with this word. */
  next(
    method: string,
    code: string,
    options: { times?: number; where?: (args: Json) => boolean } = {},
  ): void {
    const { times = 1, where = () => true } = options;
    this.refusals.push({ method, code, times, where, retryAfter: null });
  }

  /** The next calls of a method are too many: HTTP 429, to be tried again after so many seconds. */
  limit(
    method: string,
    retryAfter: number,
    options: { times?: number; where?: (args: Json) => boolean } = {},
  ): void {
    const { times = 1, where = () => true } = options;
    this.refusals.push({ method, code: 'ratelimited', times, where, retryAfter });
  }

  /** Nothing answers any more: each connection is cut, or each request gets this HTTP status. */
  down(how: number | 'cut' = 'cut'): void {
    this.outage = how;
  }

  /** All works again, whatever was ordered. */
  up(): void {
    this.outage = null;
    this.refusals.length = 0;
  }

  /** The next calls are done, and the connection breaks before the answer. */
  loseAnswers(method: string, times = 1): void {
    this.lost.set(method, times);
  }

  /** Answers of a method take so long; 0 ends it. */
  delay(method: string, ms: number): void {
    this.slow.set(method, ms);
  }

  broken(): number | 'cut' | null {
    return this.outage;
  }

  /** @throws SlackError what was ordered for this call */
  refuse(method: string, args: Json): void {
    const index = this.refusals.findIndex((each) => each.method === method && each.where(args));
    const refusal = this.refusals[index];
    if (refusal === undefined) return;
    refusal.times -= 1;
    if (refusal.times <= 0) this.refusals.splice(index, 1);
    throw new SlackError(refusal.code, [], refusal.retryAfter);
  }

  async afterwards(method: string): Promise<void> {
    const ms = this.slow.get(method) ?? 0;
    if (ms > 0) await pause(ms);
  }

  loseAnswer(method: string): boolean {
    const left = this.lost.get(method) ?? 0;
    this.lost.set(method, left - 1);
    return left > 0;
  }
}
