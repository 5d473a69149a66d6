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

function codeIn(text: string): string | null {
  try {
    return (JSON.parse(text) as { code?: string }).code ?? null;
  } catch {
    return null;
  }
}
