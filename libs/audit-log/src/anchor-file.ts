import { DEPLOYMENT_SLUG, isDigest } from '@countersign/contract';
import { parseLogOrigin } from './checkpoint.js';

/** What a customer keeps to check the log and the gateways by itself (docs/contract.md, Trust document). */
export interface AnchorFile {
  deployment: string;
  tenant: string;
  /** The digest of the tenant's first trust document. */
  trust: string;
  /** The log's verifier key. */
  vkey: string;
  /** The verifier key of the deployment's log. Absent in files from before this member. */
  deploymentVkey?: string;
}

/** Whether a verifier key is named after this log. */
function isKeyOf(vkey: string, deployment: string, slug: string): boolean {
  const log = parseLogOrigin(vkey.split('+')[0] ?? '');
  return log?.deployment === deployment && log.slug === slug;
}

/** Reads an anchor file; undefined if it is none, or its keys are of other logs than it says. Further members are ignored. */
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
    if (!isText || !isDigest(trust) || !isKeyOf(vkey, deployment, tenant)) return undefined;
    return deploymentVkey === undefined || isKeyOf(deploymentVkey, deployment, DEPLOYMENT_SLUG)
      ? known
      : undefined;
  } catch {
    return undefined;
  }
}
