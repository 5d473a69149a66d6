/** The origins of this test file's brokers: their `/`, `/healthz` and the like are checked against the document too. */
export const brokerOrigins = new Set<string>();

/** Origins of other servers whose addresses look like a broker's: their answers are not checked. */
export const foreignOrigins = new Set<string>();
