/** Where brokers of this test file listen: also their `/`, `/healthz` and the like are held against the document. */
export const brokerOrigins = new Set<string>();

/** Origins of others whose addresses look like a broker's: their answers are nobody's to check. */
export const foreignOrigins = new Set<string>();
