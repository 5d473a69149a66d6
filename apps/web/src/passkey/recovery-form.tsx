import { useMutation } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { answered } from '../api/problem.js';
import { readTrustAgain } from '../api/trust.js';
import { useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { handOver } from '../ui/hand-over.js';
import { InGroups } from '../ui/in-groups.js';
import { enrolmentTexts } from './enrolment.text.js';
import type { Place } from './place.js';
import { Places } from './places.js';
import { makeRecoveryKey, type NewRecoveryKey } from './recovery-key.js';
import { SigningNotice } from './signing-notice.js';

/** Makes a recovery key, shows its secret once, and registers the public half when it has been kept. */
export function RecoveryForm({ slug, at }: { slug: string; at: Place }) {
  const text = useText(enrolmentTexts);
  const made = useMutation({ mutationFn: makeRecoveryKey, gcTime: 0 });
  const register = useMutation({
    mutationFn: ({ jwk }: Pick<NewRecoveryKey, 'jwk'>) =>
      answered(
        api.POST('/api/v1/tenants/{slug}/recovery-keys', { params: { path: { slug } }, body: { jwk } }),
      ),
    onSuccess: () => made.reset(),
    onSettled: () => readTrustAgain(slug),
  });
  const elsewhere = useMutation({
    mutationFn: async (place: string) => ({
      jwk: await Places.at([place], (places) => places.print(place, slug)),
    }),
    onSuccess: (printed) => register.mutate(printed),
  });
  const make = () => (at === null ? made.mutate() : elsewhere.mutate(at));
  return (
    <div className="stack near">
      <SigningNotice error={made.error ?? elsewhere.error ?? register.error} />
      {made.data === undefined ? (
        <p>
          <Button busy={made.isPending || elsewhere.isPending} onClick={make}>
            {text.recoveryMake}
          </Button>
        </p>
      ) : (
        <div className="sheet stack near">
          <h3>{text.recoveryTitle}</h3>
          <InGroups text={made.data.secret} />
          <Notice tone="wait" icon="alert" live>
            <p>{text.recoveryOnce}</p>
          </Notice>
          <p className="row near no-print">
            <Button icon="print" onClick={() => window.print()}>
              {text.print}
            </Button>
            <Button
              icon="download"
              onClick={() => handOver(`countersign-recovery-${slug}.txt`, 'text/plain', made.data.secret)}
            >
              {text.download}
            </Button>
            <Button look="primary" busy={register.isPending} onClick={() => register.mutate(made.data)}>
              {text.kept}
            </Button>
          </p>
        </div>
      )}
      <p className="said" role="status">
        {register.isSuccess ? text.registered : ''}
      </p>
    </div>
  );
}
