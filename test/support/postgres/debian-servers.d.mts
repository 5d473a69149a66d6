/** What `debian-servers.mjs` offers to tests and benchmarks. */
export function debianServers(): { version: string; bin: string }[];
export function newestDebianServer(): { version: string; bin: string };
