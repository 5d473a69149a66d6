/** How long a process may stand still while two cores run all tests at once. */
const BUSY_MACHINE_MS = 8_000;

/**
 * The most that something with a deadline may take in `npm test`. A stop that does not arrive by itself, or a process that does not end
 * by itself, takes longer still. `npm run test:alone` has the machine to itself, and holds the deadlines as they are promised.
 */
export const onBusyMachine = (deadlineMs: number): number => deadlineMs + BUSY_MACHINE_MS;
