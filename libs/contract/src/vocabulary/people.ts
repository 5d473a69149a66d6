// Who people are and how they sign in. The one list of each; schemas, types, options and choices derive from it.

/** Roles of vendor staff. */
export const VENDOR_ROLES = ['engineer', 'reviewer', 'security-admin', 'auditor', 'legal'] as const;
export type VendorRole = (typeof VENDOR_ROLES)[number];

/** Roles of a tenant’s people. */
export const TENANT_ROLES = ['approver', 'admin', 'auditor'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

/** How a person reaches the broker. */
export const CHANNELS = ['web', 'api', 'slack'] as const;
export type Channel = (typeof CHANNELS)[number];

/** How the broker knows who the person is. */
export const ASSURANCES = ['api-key', 'mail-code', 'oidc', 'slack', 'passkey'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** How the person of a session has signed in. */
export const SESSION_ASSURANCES = ['mail-code', 'oidc', 'passkey'] as const;

/** A browser, or a command line that was allowed in a browser. */
export const SESSION_KINDS = ['web', 'cli'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** `asleep`: the person’s provider has not confirmed them for too long. Their next sign-in wakes the key. */
export const API_KEY_STATES = ['valid', 'asleep', 'expired', 'revoked'] as const;
export type ApiKeyState = (typeof API_KEY_STATES)[number];

/**
 * The sources of a fact about a person: the identity provider at a sign-in (`oidc`), the provider’s SCIM client
 * (`scim`), or the organisation file (`stated`).
 */
export const FACT_SOURCES = ['oidc', 'scim', 'stated'] as const;
export type FactSource = (typeof FACT_SOURCES)[number];
