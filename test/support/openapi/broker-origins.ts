/** Where brokers of this test file listen: also their `/`, `/healthz` and the like are held against the document. */
export const brokerOrigins = new Set<string>();
