import { isDigest } from '@countersign/contract';

/** What a customer keeps to check the log and the gateways by itself (docs/contract.md, Trust document). */
export interface AnchorFile {
  deployment: string;
  tenant: string;
  /** The digest of the tenant's first trust document. */
  trust: string;
  /** The log's verifier key. */
  vkey: string;
  /** The verifier key of the deployment's log. Absent in files of before this member. */
  deploymentVkey?: string;
}

/** Reads an anchor file; undefined if it is none. Further members are ignored. */
export function parseAnchorFile(text: string): AnchorFile | undefined {
  try {
    const { deployment, tenant, trust, vkey, deploymentVkey } = JSON.parse(text) as AnchorFile;
    const known = {
      deployment,
      tenant,
      trust,
      vkey,
      ...(deploymentVkey === undefined ? {} : { deploymentVkey }),
    };
    const isText = Object.values(known).every((each) => typeof each === 'string') && vkey !== undefined;
    return isText && isDigest(trust) ? known : undefined;
  } catch {
    return undefined;
  }
}
