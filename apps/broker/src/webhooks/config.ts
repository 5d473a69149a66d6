import { readFile } from 'node:fs/promises';
import { DeliveryFailure, endpointHash, type WebhookSettings } from '@countersign/access';
import type { Hashing } from '@countersign/contract';

const VENDOR = 'vendor';

/** The key by which deliveries name an endpoint: its side, and what stands for its address. */
export function endpointKey(hashing: Hashing, tenant: string | null, settings: WebhookSettings): string {
  // A colon is in no slug, so that a tenant called "vendor" is not the vendor.
  return `${tenant === null ? `:${VENDOR}` : tenant}:${endpointHash(hashing, settings)}`;
}

/** Reads a `whsec_…` secret (24 to 64 bytes). @throws DeliveryFailure where it is not there or is none */
export async function readSecret(path: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch {
    throw new DeliveryFailure('secret_unreadable');
  }
  const bytes = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  const canonical = text === `whsec_${bytes.toString('base64')}`;
  if (!canonical || bytes.length < 24 || bytes.length > 64) throw new DeliveryFailure('secret_invalid');
  return text;
}
