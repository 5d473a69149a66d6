import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { readNames, useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { isFresh, useSession } from '../../api/session.js';
import { reloadTrust } from '../../api/trust.js';
import { groupedKey } from '../../passkey/printed-key.js';
import { createRecoveryKey, type PrintedRecoveryKey } from '../../passkey/recovery-key.js';
import type { SigningOrigin } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { instantText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { GroupedText } from '../../ui/copy.js';
import { saveFile } from '../../ui/save-file.js';
import { passkeysTexts } from './passkeys.text.js';
import { SignInAgain } from './sign-in-again.js';

/** Creates a recovery key, shows its secret once, and registers the public half when the person has kept the secret. */
export function RecoveryForm({ slug, at }: { slug: string; at: SigningOrigin }) {
  const text = useText(passkeysTexts);
  const session = useSession();
  const print = useMutation({ mutationFn: createRecoveryKey, gcTime: 0 });
  const register = useMutation({
    mutationFn: ({ jwk }: Pick<PrintedRecoveryKey, 'jwk'>) =>
      unwrap(api.POST('/api/v1/tenants/{slug}/recovery-keys', { params: { path: { slug } }, body: { jwk } })),
    onSuccess: () => print.reset(),
    onSettled: () => reloadTrust(slug),
  });
  const elsewhere = useMutation({
    mutationFn: async (place: string) => ({
      jwk: await SigningPages.open([place], (pages) => pages.print(place, slug)),
    }),
    onSuccess: (printed) => register.mutate(printed),
  });
  const isLate = !isFresh(session);
  // A key that is shown already stays: it is shown only once.
  if (isLate && print.data === undefined) return <SignInAgain />;
  const make = () => (at === null ? print.mutate() : elsewhere.mutate(at));
  return (
    <div className="stack near">
      <SigningNotice error={print.error ?? elsewhere.error ?? register.error} />
      {print.data === undefined ? (
        <p>
          <Button busy={print.isPending || elsewhere.isPending} onClick={make}>
            {text.recoveryMake}
          </Button>
        </p>
      ) : (
        <NewKey
          slug={slug}
          printed={print.data}
          isBusy={register.isPending}
          onKept={() => register.mutate(print.data)}
        />
      )}
      {isLate ? <SignInAgain /> : null}
      <p className="visually-hidden" role="status">
        {register.isSuccess ? text.registered : ''}
      </p>
    </div>
  );
}

/** The secret, shown once, to be printed or saved. */
function NewKey({
  slug,
  printed: { printed, jwk },
  isBusy,
  onKept,
}: {
  slug: string;
  printed: PrintedRecoveryKey;
  isBusy: boolean;
  onKept: () => void;
}) {
  const text = useText(passkeysTexts);
  const { person } = useSession();
  const language = useLanguage();
  const organisation = useOrganisation();
  // The file names the key's owner, so this waits for the name.
  const download = async () => {
    const name = await readNames([person]);
    const file = text.recoveryFile({
      organisation: `${organisation.tenant(slug)} (${slug})`,
      person: name(person),
      made: instantText(new Date().toISOString(), language, { year: true }),
      publicKey: jwk.x,
      key: groupedKey(printed),
    });
    saveFile(`countersign-recovery-${slug}.txt`, 'text/plain', file);
  };
  return (
    <div className="sheet stack near">
      <h3>{text.recoveryTitle}</h3>
      <GroupedText text={printed} />
      <Notice tone="wait" icon="alert" live>
        <p>{text.recoveryOnce}</p>
      </Notice>
      <p className="row near no-print">
        <Button icon="print" onClick={() => window.print()}>
          {text.print}
        </Button>
        <Button icon="download" onClick={() => void download()}>
          {text.download}
        </Button>
        <Button look="primary" busy={isBusy} onClick={onKept}>
          {text.kept}
        </Button>
      </p>
    </div>
  );
}
