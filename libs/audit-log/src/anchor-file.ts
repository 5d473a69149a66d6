import { isDigest } from '@countersign/contract';

/** What a customer keeps to check the log and the gateways by itself (docs/contract.md, Trust document). */
export interface AnchorFile {
  deployment: string;
  tenant: string;
  /** The digest of the tenant's first trust document. */
  trust: string;
  /** The log's verifier key. */
  vkey: string;
}

/** Reads an anchor file; undefined if it is none. Further members are ignored. */
export function parseAnchorFile(text: string): AnchorFile | undefined {
  try {
    const { deployment, tenant, trust, vkey } = JSON.parse(text) as AnchorFile;
    const isText = [deployment, tenant, trust, vkey].every((each) => typeof each === 'string');
    return isText && isDigest(trust) ? { deployment, tenant, trust, vkey } : undefined;
  } catch {
    return undefined;
  }
}
