import { LANGUAGE_NAMES, nextLanguage } from '@countersign/wording';
import { useMutation } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useOrganisation } from '../api/organisation.js';
import { queryClient } from '../api/query-client.js';
import { isVendor, type Session } from '../api/session.js';
import { endSession } from '../api/session-changes.js';
import { browserZone, onZone, readerZone } from '../text/clock.js';
import { chooseLanguage, useLanguage, useText } from '../text/language.js';
import { Button } from '../ui/button.js';
import { Link } from '../ui/link.js';
import { shellTexts } from './shell.text.js';

/** The reader's name and organisation, the language switch and the sign-out button. */
export function Account({ session }: { session: Session }) {
  const text = useText(shellTexts);
  const other = nextLanguage(useLanguage());
  const zone = useSyncExternalStore(onZone, readerZone);
  const signOut = useSignOut();
  const organisation = useOrganisation();
  const side = isVendor(session) ? organisation.vendor : organisation.tenant(session.tenant ?? '');
  return (
    <div className="account">
      <Link className="account-name" to="/account">
        <span className="strong">{session.name}</span>
        <span className="soft small">{side}</span>
        {zone === browserZone() ? null : <span className="soft small">{text.times(zone)}</span>}
      </Link>
      <span className="row near">
        <Button small look="plain" lang={other} onClick={() => chooseLanguage(other)}>
          {LANGUAGE_NAMES[other]}
        </Button>
        <Button small busy={signOut.isPending} onClick={() => signOut.mutate()}>
          {text.signOut}
        </Button>
      </span>
    </div>
  );
}

/**
 * Ends the session and clears everything that the pages have loaded, also if the broker cannot be reached. The sign-in page is
 * loaded as a new document, because the pages of this one need a session. So nothing stays in memory.
 */
function useSignOut() {
  return useMutation({
    mutationFn: endSession,
    onSuccess: () =>
      location.assign(`/sign-in?returnTo=${encodeURIComponent(location.pathname + location.search)}`),
    onError: () => queryClient.clear(),
  });
}
