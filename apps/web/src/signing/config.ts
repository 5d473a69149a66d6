import { record } from './describe/members.js';
import { isTexts } from './describe/values.js';

/** What the customer puts beside the page: who may ask, and, if it likes, for which tenant alone. */
export interface SigningConfig {
  /** Of the brokers' pages, as browsers write them. */
  origins: readonly string[];
  tenant?: string;
  deployment?: string;
}

export const CONFIG_NAME = 'countersign-signing.json';

/** Read strictly: a member that is not known may have been meant to forbid something. */
export function readConfig(given: unknown): SigningConfig | undefined {
  const { origins, tenant, deployment, ...more } = record(given) ?? {};
  if (!isTexts(origins) || Object.keys(more).length > 0) return undefined;
  if (![tenant, deployment].every((each) => each === undefined || typeof each === 'string')) return undefined;
  return given as SigningConfig;
}

/** The file beside this page: part of neither its text nor its hash. Undefined where it is missing or wrong. */
export async function fetchConfig(): Promise<SigningConfig | undefined> {
  try {
    const answer = await fetch(CONFIG_NAME, { cache: 'no-store', credentials: 'omit' });
    return answer.ok ? readConfig(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}
