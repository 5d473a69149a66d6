type Program = 'broker' | 'gateway';

const STARTS = { broker: 'runBroker', gateway: 'runGateway' } as const;

/** Starts a program of this package in this very process; it stops itself on SIGINT and SIGTERM. */
export async function foreground(program: Program, env: NodeJS.ProcessEnv): Promise<void> {
  const main: Record<string, unknown> = await import(
    new URL(`../../../../${program}/src/main.js`, import.meta.url).href
  );
  const start = main[STARTS[program]];
  if (typeof start !== 'function') throw new TypeError(`${program} exports no ${STARTS[program]}`);
  await start(env);
}
