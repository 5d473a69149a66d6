import type { Session } from '../api/session.js';
import { LateBanner } from '../features/emergencies/late-banner.js';
import { BlockedBanner } from '../features/grants/blocked.js';
import { BypassBanner } from './bypass-banner.js';
import { IsolationBanner } from './isolation-banner.js';

/** The warnings above every page. It is a chunk of its own, which loads after the page. */
export default function Banners({ session }: { session: Session }) {
  return (
    <>
      <BlockedBanner />
      <LateBanner />
      <BypassBanner session={session} />
      <IsolationBanner session={session} />
    </>
  );
}
