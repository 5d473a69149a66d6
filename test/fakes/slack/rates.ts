import { SlackError } from './errors.js';

/** A bucket of `burst` calls that refills by `perSecond`. */
export interface Rate {
  burst: number;
  perSecond: number;
}

export interface Rates {
  /** `chat.postMessage`, for each channel of each installation. */
  post: Rate;
  /** Any other method, for each installation. */
  method: Rate;
  /** Where a method's tier differs. */
  methods: Record<string, Rate>;
}

/** Slack's: one message a second and channel with short bursts; tier 3 (about 50 a minute) or 4 (100) else. */
export const SLACK_RATES: Rates = {
  post: { burst: 5, perSecond: 1 },
  method: { burst: 50, perSecond: 50 / 60 },
  methods: {
    'views.open': { burst: 100, perSecond: 100 / 60 },
    'views.update': { burst: 100, perSecond: 100 / 60 },
    'views.publish': { burst: 100, perSecond: 100 / 60 },
    'users.info': { burst: 100, perSecond: 100 / 60 },
    'chat.postEphemeral': { burst: 100, perSecond: 100 / 60 },
  },
};

interface Bucket {
  tokens: number;
  at: number;
}

/** Counts calls and refuses those that come too fast. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  /** How many calls were refused. */
  refused = 0;

  constructor(
    private readonly rates: Rates,
    private readonly now: () => number,
  ) {}

  /**
   * @param within the channel for a message, the installation for anything else
   * @throws SlackError `ratelimited` with seconds to wait
   */
  take(method: string, within: string): void {
    const rate = this.rateOf(method);
    const key = `${method} ${within}`;
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { tokens: rate.burst, at: now };
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond);
    bucket.at = now;
    this.buckets.set(key, bucket);
    if (bucket.tokens < 1) {
      this.refused += 1;
      throw new SlackError('ratelimited', [], Math.max(1, Math.ceil((1 - bucket.tokens) / rate.perSecond)));
    }
    bucket.tokens -= 1;
  }

  private rateOf(method: string): Rate {
    return method === 'chat.postMessage'
      ? this.rates.post
      : (this.rates.methods[method] ?? this.rates.method);
  }
}
