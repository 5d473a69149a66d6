import { asObject } from './describe/members.js';
import { isTexts } from './describe/values.js';

/** The file that the customer puts beside the page: who may ask, and optionally for which tenant and deployment only. */
export interface SigningConfig {
  /** Origins of the brokers' pages, as browsers write them. */
  origins: readonly string[];
  tenant?: string;
  deployment?: string;
}

const CONFIG_NAME = 'countersign-signing.json';

/** Parses the file strictly: an unknown member may be a restriction that this page does not know. */
export function readConfig(value: unknown): SigningConfig | undefined {
  const { origins, tenant, deployment, ...more } = asObject(value) ?? {};
  if (!isTexts(origins) || Object.keys(more).length > 0) return undefined;
  if (![tenant, deployment].every((each) => each === undefined || typeof each === 'string')) return undefined;
  return value as SigningConfig;
}

/** Reads the file beside this page, which is not part of the page's hash. Undefined if it is missing or invalid. */
export async function fetchConfig(): Promise<SigningConfig | undefined> {
  try {
    const answer = await fetch(CONFIG_NAME, { cache: 'no-store', credentials: 'omit' });
    return answer.ok ? readConfig(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}
