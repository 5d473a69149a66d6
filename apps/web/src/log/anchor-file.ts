import { isDigest } from '@countersign/contract';

/** What a customer keeps to check the log and the gateways by itself (docs/contract.md, Trust document). */
export interface AnchorFile {
  deployment: string;
  tenant: string;
  /** The fingerprint of the first trust document. */
  trust: string;
  /** The log's verifier key. */
  vkey: string;
}

/** Reads an anchor file; undefined if it is none. */
export function readAnchor(text: string): AnchorFile | undefined {
  try {
    const given = JSON.parse(text) as AnchorFile;
    const { deployment, tenant, trust, vkey } = given;
    const isText = [deployment, tenant, trust, vkey].every((each) => typeof each === 'string');
    return isText && isDigest(trust) ? { deployment, tenant, trust, vkey } : undefined;
  } catch {
    return undefined;
  }
}

/** The content of an anchor file, as each page offers it. */
export const anchorText = (anchor: AnchorFile): string => `${JSON.stringify(anchor, null, 2)}\n`;

export const anchorName = ({ tenant }: Pick<AnchorFile, 'tenant'>): string =>
  `countersign-anchor-${tenant}.json`;
