/** First of the two numbers of our advisory locks, so that other programs' do not collide with them. */
const LOCKS = 0x636f756e;
const ORGANISATION = 1;
/** Migrations, and whatever else changes all of the database. */
const MIGRATION = 2;

/** Held to the end of the transaction: shared by units that decide by the organisation, exclusive for a unit that changes it. */
export const SHARE_ORGANISATION = `SELECT pg_advisory_xact_lock_shared(${LOCKS}, ${ORGANISATION})`;
export const HOLD_ORGANISATION = `SELECT pg_advisory_xact_lock(${LOCKS}, ${ORGANISATION})`;
/** The same for migrations and the rotation of the master key. Only units that seal a secret share it. */
export const SHARE_MIGRATION = `SELECT pg_advisory_xact_lock_shared(${LOCKS}, ${MIGRATION})`;
export const HOLD_MIGRATION = `SELECT pg_advisory_xact_lock(${LOCKS}, ${MIGRATION})`;

/** Held by whoever changes what is due about these requests, so that no one misses what another one adds. */
const DELIVERY_LANES = LOCKS + 1;
export const HOLD_LANES = `SELECT pg_advisory_xact_lock(${DELIVERY_LANES}, hashtext(lane)) FROM unnest($1::varchar[]) AS lane`;
