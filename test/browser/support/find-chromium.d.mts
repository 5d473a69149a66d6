/** @throws Error that names CHROMIUM_PATH if there is no browser */
export function findChromium(env?: NodeJS.ProcessEnv): Promise<string>;
