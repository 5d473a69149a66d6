import { organisation } from '../factories/organisation.js';
import { CountingUpstream } from '../fakes/counting-upstream.js';
import { Site, type SiteOptions } from './site.js';

/** A site whose billing service is an upstream that counts. */
export async function siteWithUpstream(
  options: Omit<SiteOptions, 'organisation'> = {},
): Promise<{ site: Site; upstream: CountingUpstream; close(): Promise<void> }> {
  const upstream = new CountingUpstream();
  await upstream.start();
  const site = await Site.start({
    ...options,
    organisation: organisation((file) => {
      for (const service of file.services) service.upstream = upstream.origin;
    }),
  }).catch(async (error: unknown) => {
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
