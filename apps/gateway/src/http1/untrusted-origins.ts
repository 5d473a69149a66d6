/**
 * Upstreams, by origin, that have sent bytes which belong to no answer: a body after `HEAD`, or more than `Content-Length` says. If
 * such bytes come late, they look like the next answer of their connection (RFC 9112 §6.3). So these upstreams get one connection
 * for each call. An origin stays here for the life of the process.
 */
export class UntrustedOrigins {
  private readonly origins = new Set<string>();

  /** @param onFound called once for each origin */
  constructor(private readonly onFound: (origin: string) => void) {}

  has(origin: string): boolean {
    return this.origins.has(origin);
  }

  add(origin: string): void {
    if (this.origins.has(origin)) return;
    this.origins.add(origin);
    this.onFound(origin);
  }

  get all(): string[] {
    return [...this.origins];
  }
}
