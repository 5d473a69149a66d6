import type { TrustDocument } from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Passkey } from '../../api/client.js';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { may, useSession } from '../../api/session.js';
import { passkeysQuery, reloadTrust, trustQuery } from '../../api/trust.js';
import { originOfPasskey, signingOriginOf } from '../../passkey/signer.js';
import { useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { EnrolForm } from './enrol-form.js';
import { passkeysTexts } from './passkeys.text.js';
import { RecoveryForm } from './recovery-form.js';

/** `/passkeys`: the reader's passkeys and recovery key. */
export default function PasskeysPage() {
  const text = useText(passkeysTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const query = useQuery(passkeysQuery(slug));
  const trust = useQuery(trustQuery(slug)).data;
  const document = trust?.document as TrustDocument | null | undefined;
  const mayEnrol = may(session, 'passkey.enrol');
  return (
    <Page narrow title={text.title} lead={text.lead}>
      <Loaded query={query}>
        {({ items, recoveryKeys }) => {
          const mine = items.filter(({ person }) => person === session.person);
          const at = document
            ? signingOriginOf(document.origins)
            : (mine.map(originOfPasskey).find(Boolean) ?? null);
          return (
            <div className="stack loose">
              {mayEnrol ? null : (
                <Notice tone="plain" icon="info">
                  <p>{text.ownBrowser}</p>
                </Notice>
              )}
              <Mine slug={slug} passkeys={mine} mayRemove={mayEnrol} />
              {mayEnrol && trust !== undefined ? (
                <EnrolForm slug={slug} count={mine.length} at={at} mayChoose={!trust.claimed} />
              ) : null}
              <section className="stack near">
                <h2>{text.recovery}</h2>
                <p className="soft">{text.recoveryLead}</p>
                {recoveryKeys.some(({ person }) => person === session.person) ? (
                  <p>{text.recoveryHave}</p>
                ) : null}
                {mayEnrol ? <RecoveryForm slug={slug} at={at} /> : null}
              </section>
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Mine({
  slug,
  passkeys,
  mayRemove,
}: {
  slug: string;
  passkeys: readonly Passkey[];
  mayRemove: boolean;
}) {
  const text = useText(passkeysTexts);
  const remove = useMutation({
    mutationFn: (credential: string) =>
      unwrap(
        api.DELETE('/api/v1/tenants/{slug}/passkeys/{credential}', {
          params: { path: { slug, credential } },
        }),
      ),
    onSettled: () => reloadTrust(slug),
  });
  if (passkeys.length === 0)
    return (
      <Empty icon="closed" title={text.none}>
        {text.noneLead}
      </Empty>
    );
  return (
    <section className="stack near">
      <h2>{text.mine}</h2>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <p className="visually-hidden" role="status">
        {remove.isSuccess ? text.removed : ''}
      </p>
      <DataTable
        caption={text.mine}
        rows={passkeys}
        rowKey={({ id }) => id}
        columns={[
          { label: text.name, cell: ({ name }) => <span className="strong">{name}</span> },
          { label: text.since, cell: ({ createdAt }) => <Instant at={createdAt} /> },
          { label: text.state, cell: ({ inTrust }) => <Standing inTrust={inTrust} /> },
          {
            label: text.act,
            hiddenLabel: true,
            cell: ({ id, name, inTrust }) =>
              inTrust || !mayRemove ? (
                <span className="soft">{inTrust ? text.bound : ''}</span>
              ) : (
                <Button
                  small
                  look="deny"
                  busy={remove.isPending}
                  aria-label={text.removeName(name)}
                  onClick={() => remove.mutate(id)}
                >
                  {text.remove}
                </Button>
              ),
          },
        ]}
      />
    </section>
  );
}

function Standing({ inTrust }: { inTrust: boolean }) {
  const text = useText(passkeysTexts);
  return inTrust ? (
    <Badge tone="open" icon="done">
      {text.counts}
    </Badge>
  ) : (
    <Badge tone="wait" icon="wait">
      {text.waits}
    </Badge>
  );
}
