/**
 * The packages that are not part of the bundles in dist/programs, because they have a binary, find their files by their own place, or
 * are changed by test programs before the broker loads them. The folder of a release has these and what they depend on.
 */
export const RUNTIME_PACKAGES = ['better-sqlite3', 'pg', 'pino', 'pino-http'];

/** Used if they are installed. */
export const OPTIONAL_RUNTIME_PACKAGES = ['sodium-native'];

/** A dependency that is used only while its package is installed. */
export const INSTALL_ONLY = ['prebuild-install'];
