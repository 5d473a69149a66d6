import type { IncomingHttpHeaders } from 'node:http';
import type { Site } from './site.js';

export type GatewayAnswer = { status: number; code: string | null; record: string | null; text: string };

/** Calls the billing service with an ordinary client. */
export async function callGateway(
  site: Pick<Site, 'gatewayUrl'>,
  token: string | null,
  path = '/billing/tenants/acme/invoices/7',
  method = 'GET',
): Promise<GatewayAnswer> {
  const answer = await fetch(`${site.gatewayUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    code: codeIn(text),
    record: answer.headers.get('countersign-record'),
    text,
  };
}

/**
 * Calls with one token, and their answers. While a start or a stop is on its way to the gateway no one knows how many of
 * them pass, so a test compares what the log says with these answers, not with a number.
 */
export class KeptCalls {
  readonly answers: GatewayAnswer[] = [];

  constructor(
    private readonly site: Pick<Site, 'gatewayUrl'>,
    private readonly token: string,
  ) {}

  async call(): Promise<GatewayAnswer> {
    const answer = await callGateway(this.site, this.token);
    this.answers.push(answer);
    return answer;
  }

  /** The access records that the gateway named in its answers, sorted. Equal refusals of a minute may share one. */
  get records(): string[] {
    return [...new Set(this.answers.flatMap(({ record }) => (record === null ? [] : [record])))].sort();
  }
}

type Recorded = { id: string; decision: 'allowed' | 'refused'; outcome: string | null };

/**
 * Whether exactly the calls that were let through reached the service. A stop may cut a call before it reaches the service, and while it
 * is there: a cut one may be among them or not.
 */
export function reachedAsRecorded(
  records: readonly Recorded[],
  hits: readonly { headers: IncomingHttpHeaders }[],
): boolean {
  const reached = new Set(hits.map(({ headers }) => headers['countersign-record']));
  const allowed = records.filter(({ decision }) => decision === 'allowed');
  const known = allowed.filter(({ id }) => reached.has(id));
  return (
    known.length === reached.size && allowed.every((call) => call.outcome === 'cut' || known.includes(call))
  );
}

function codeIn(text: string): string | null {
  try {
    return (JSON.parse(text) as { code?: string }).code ?? null;
  } catch {
    return null;
  }
}
