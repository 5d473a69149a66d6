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

/** Held by a unit that changes which messages about these requests are due, so that two units do not miss what the other one adds. */
const DELIVERY_ORDER = LOCKS + 1;
export const HOLD_DELIVERY_ORDER = `SELECT pg_advisory_xact_lock(${DELIVERY_ORDER}, hashtext(key)) FROM unnest($1::varchar[]) AS key`;
