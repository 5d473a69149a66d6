import type { Passkey } from '@countersign/api';
import type { TrustDocument } from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { peopleQuery } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { isFresh, may, useSession } from '../../api/session.js';
import { passkeysQuery, reloadTrust, trustQuery } from '../../api/trust.js';
import { countsNow, originOfPasskey, type SigningOrigin, signingOriginOf } from '../../passkey/signer.js';
import { useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Helped } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { EnrolForm } from './enrol-form.js';
import { passkeysTexts } from './passkeys.text.js';
import { RecoveryForm } from './recovery-form.js';
import { SignInAgain, SignInAgainOnce } from './sign-in-again.js';
import { SignInWithPasskey } from './sign-in-with-passkey.js';

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
                  <p>{text.onlySigners}</p>
                </Notice>
              )}
              <Mine
                slug={slug}
                passkeys={mine}
                mayRemove={may(session, 'passkey.remove')}
                claimed={document !== null}
              />
              {session.assurance === 'mail-code' && mine.some((each) => each.inTrust || countsNow(each)) ? (
                <SignInWithPasskey lead={text.strengthenLead} />
              ) : null}
              <SignInAgainOnce needed={mayEnrol || may(session, 'recovery-key.register')}>
                {may(session, 'passkey.confirm') && !document ? (
                  <Waiting slug={slug} passkeys={items.filter((each) => each.person !== session.person)} />
                ) : null}
                {mayEnrol && trust !== undefined && isFresh(session) ? (
                  <EnrolForm slug={slug} count={mine.length} at={at} mayChoose={!trust.claimed} />
                ) : null}
                <Recovery
                  slug={slug}
                  hasOne={recoveryKeys.some(({ person }) => person === session.person)}
                  at={at}
                />
              </SignInAgainOnce>
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
  claimed,
}: {
  slug: string;
  passkeys: readonly Passkey[];
  mayRemove: boolean;
  /** Whether a trust document decides which passkeys count. */
  claimed: boolean;
}) {
  const text = useText(passkeysTexts);
  const remove = useRemovePasskey(slug);
  if (passkeys.length === 0)
    return (
      <Empty icon="closed" title={text.none}>
        {text.noneLead}
      </Empty>
    );
  return (
    <section className="stack near">
      <Helped about="passkey" word={text.mine}>
        <h2>{text.mine}</h2>
      </Helped>
      {claimed || !mayRemove ? null : <p className="soft">{text.removeLead}</p>}
      <p className="soft">
        {text.sessionsHint} <Link to="/account">{text.sessions}</Link>
      </p>
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
          { label: text.state, cell: (passkey) => <Standing passkey={passkey} claimed={claimed} /> },
          {
            label: text.act,
            hiddenLabel: true,
            cell: ({ id, name, inTrust }) =>
              inTrust || !mayRemove ? (
                <span className="soft">{inTrust ? text.bound : ''}</span>
              ) : (
                <RemoveButton name={name} isBusy={remove.isPending} onRemove={() => remove.mutate(id)} />
              ),
          },
        ]}
      />
    </section>
  );
}

function useRemovePasskey(slug: string) {
  return useMutation({
    mutationFn: (credential: string) =>
      unwrap(
        api.DELETE('/api/v1/tenants/{slug}/passkeys/{credential}', {
          params: { path: { slug, credential } },
        }),
      ),
    onSettled: () => reloadTrust(slug),
  });
}

function RemoveButton({ name, isBusy, onRemove }: { name: string; isBusy: boolean; onRemove: () => void }) {
  const text = useText(passkeysTexts);
  return (
    <Button small look="deny" busy={isBusy} aria-label={text.removeName(name)} onClick={onRemove}>
      {text.remove}
    </Button>
  );
}

/** The recovery key: what it is for, whether the reader has one, and the form for a new one. */
function Recovery({ slug, hasOne, at }: { slug: string; hasOne: boolean; at: SigningOrigin }) {
  const text = useText(passkeysTexts);
  return (
    <section className="stack near">
      <Helped about="recovery-key" word={text.recovery}>
        <h2>{text.recovery}</h2>
      </Helped>
      <p className="soft">{text.recoveryLead}</p>
      {hasOne ? <p>{text.recoveryHave}</p> : null}
      {may(useSession(), 'recovery-key.register') ? <RecoveryForm slug={slug} at={at} /> : null}
    </section>
  );
}

function Standing({ passkey, claimed }: { passkey: Passkey; claimed: boolean }) {
  const text = useText(passkeysTexts);
  const { inTrust, activeFrom } = passkey;
  if (inTrust || (!claimed && countsNow(passkey)))
    return (
      <span className="wide-nowrap">
        <Badge tone="open" icon="done">
          {inTrust ? text.counts : text.countsNow}
        </Badge>
      </span>
    );
  return (
    <>
      <span className="wide-nowrap">
        <Badge tone="wait" icon="wait">
          {claimed ? text.waits : activeFrom === null ? text.waitsForAdmin : text.cools}
        </Badge>
      </span>
      {claimed || activeFrom === null ? null : <Instant at={activeFrom} />}
    </>
  );
}

/** New passkeys of others that an admin may confirm, so that they count at once. */
function Waiting({ slug, passkeys }: { slug: string; passkeys: readonly Passkey[] }) {
  const text = useText(passkeysTexts);
  const session = useSession();
  const people = useQuery(peopleQuery(slug)).data;
  const confirm = useMutation({
    mutationFn: (credential: string) =>
      unwrap(
        api.POST('/api/v1/tenants/{slug}/passkeys/{credential}/confirmation', {
          params: { path: { slug, credential } },
        }),
      ),
    onSettled: () => reloadTrust(slug),
  });
  const waiting = passkeys.filter((each) => !countsNow(each));
  if (waiting.length === 0) return null;
  const nameOf = (id: string) => people?.items.find((each) => each.id === id)?.name ?? id;
  return (
    <section className="stack near">
      <h2>{text.others}</h2>
      <p className="soft">{text.othersLead}</p>
      {isFresh(session) ? null : <SignInAgain />}
      {confirm.error === null ? null : <ProblemNotice error={confirm.error} />}
      <DataTable
        caption={text.others}
        rows={waiting}
        rowKey={({ id }) => id}
        columns={[
          { label: text.owner, cell: ({ person }) => <span className="strong">{nameOf(person)}</span> },
          { label: text.name, cell: ({ name }) => name },
          { label: text.since, cell: ({ createdAt }) => <Instant at={createdAt} /> },
          {
            label: text.act,
            hiddenLabel: true,
            cell: ({ id, name }) => (
              <Button
                small
                disabled={!isFresh(session)}
                busy={confirm.isPending}
                aria-label={text.confirmName(name)}
                onClick={() => confirm.mutate(id)}
              >
                {text.confirm}
              </Button>
            ),
          },
        ]}
      />
    </section>
  );
}
