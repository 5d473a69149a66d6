import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { sessionQuery } from '../../api/session.js';
import { signPresence } from '../../passkey/presence.js';
import { signingOriginOf } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { passkeysTexts } from './passkeys.text.js';

/** Replaces the session by a fresh one that is as strong as a provider's: for people whose organisation has no provider. */
export function SignInWithPasskey({ lead }: { lead: string }) {
  const text = useText(passkeysTexts);
  const sign = useMutation({
    mutationFn: async () => {
      const offer = await unwrap(api.POST('/api/v1/session/passkey/options'));
      const at = signingOriginOf(offer.origins);
      const countersignature = await SigningPages.open([at], (pages) => signPresence(pages, offer));
      await unwrap(api.POST('/api/v1/session/passkey', { body: { countersignature } }));
    },
    onSuccess: () => invalidate(sessionQuery.queryKey),
  });
  return (
    <section className="stack near">
      <p className="soft">{lead}</p>
      <SigningNotice error={sign.error} />
      <p>
        <Button look="primary" busy={sign.isPending} onClick={() => sign.mutate()}>
          {text.strengthen}
        </Button>
      </p>
    </section>
  );
}
