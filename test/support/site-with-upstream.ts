import type { Organisation } from '@countersign/access';
import { organisation } from '../factories/organisation.js';
import { CountingUpstream } from '../fakes/counting-upstream.js';
import type { Inside } from './inside.js';
import type { Program, Running } from './program.js';
import { Site, type SiteOptions } from './site.js';

type WithUpstream<B extends Running, G extends Running = B> = {
  site: Site<B, G>;
  upstream: CountingUpstream;
  close(): Promise<void>;
};

/** A site whose billing service is an upstream that counts calls. */
export const siteWithUpstream = (
  options: Omit<SiteOptions, 'organisation'> = {},
): Promise<WithUpstream<Program>> => withUpstream((file) => Site.start({ ...options, organisation: file }));

/** The same, with the broker inside the test's process: for tests that kill the gateway alone. */
export const gatewayProcessWithUpstream = (
  options: Omit<SiteOptions, 'organisation' | 'preload'> = {},
): Promise<WithUpstream<Inside, Program>> =>
  withUpstream((file) => Site.gatewayProcess({ ...options, organisation: file }));

/** The same, with the gateway inside the test's process: for tests that kill the broker alone. */
export const brokerProcessWithUpstream = (
  options: Omit<SiteOptions, 'organisation' | 'preload'> = {},
): Promise<WithUpstream<Program, Inside>> =>
  withUpstream((file) => Site.brokerProcess({ ...options, organisation: file }));

/** The same, inside the test's process. */
export const siteInsideWithUpstream = (
  options: Omit<SiteOptions, 'organisation' | 'preload'> = {},
  change: (file: Organisation) => void = () => {},
): Promise<WithUpstream<Inside>> =>
  withUpstream((file) => {
    change(file);
    return Site.inside({ ...options, organisation: file });
  });

async function withUpstream<B extends Running, G extends Running>(
  start: (file: Organisation) => Promise<Site<B, G>>,
): Promise<WithUpstream<B, G>> {
  const upstream = new CountingUpstream();
  await upstream.start();
  const file = organisation((draft) => {
    for (const service of draft.services) service.upstream = upstream.origin;
  });
  const site = await start(file).catch(async (error: unknown) => {
    await upstream.stop();
    throw error;
  });
  return {
    site,
    upstream,
    close: async () => {
      await site.close();
      await upstream.stop();
    },
  };
}
