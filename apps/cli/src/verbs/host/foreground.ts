/** Runs a program of this package in this very process, until it is stopped. */
export async function foreground(program: 'broker' | 'gateway'): Promise<void> {
  await import(new URL(`../../../../${program}/src/main.js`, import.meta.url).href);
}
