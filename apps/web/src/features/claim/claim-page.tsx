import type { TrustDocument } from '@countersign/contract';
import { joinWithAnd } from '@countersign/wording';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { peopleQuery, useOrganisation } from '../../api/organisation.js';
import { manyRequestsQuery } from '../../api/requests.js';
import { hasRole, may, useSession } from '../../api/session.js';
import { draftQuery, passkeysQuery, refetchWhileUnpinned, trustQuery } from '../../api/trust.js';
import { originOfPasskey, type SigningOrigin, signingOriginOf } from '../../passkey/signer.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { EnrolForm } from '../passkeys/enrol-form.js';
import { RecoveryForm } from '../passkeys/recovery-form.js';
import { Anchor } from '../trust/anchor.js';
import { ProposalCard } from '../trust/proposal-card.js';
import { usePropose } from '../trust/proposals.js';
import { trustTexts } from '../trust/trust.text.js';
import { TrustRules } from '../trust/trust-rules.js';
import { claimTexts } from './claim.text.js';

/** `/claim`: three steps from an unclaimed tenant to its first signed trust document. */
export default function ClaimPage() {
  const text = useText(claimTexts);
  const trustText = useText(trustTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const organisation = useOrganisation();
  const trust = useQuery({
    ...trustQuery(slug),
    refetchInterval: ({ state }) => refetchWhileUnpinned(state.data),
  });
  const keys = useQuery(passkeysQuery(slug));
  return (
    <Page
      narrow
      help="claimed"
      helpWord={text.word}
      title={text.title(organisation.tenant(slug))}
      lead={text.lead}
    >
      <Loaded query={trust}>
        {(now) => (
          <Loaded query={keys}>
            {({ items, recoveryKeys }) => {
              if (now.claimed && now.reset === null) return <Claimed trust={now} />;
              if (now.proposal !== null)
                return <ProposalCard slug={slug} trust={now} proposal={now.proposal} />;
              if (!may(session, 'trust.propose'))
                return (
                  <Notice tone="plain" icon="info">
                    <p>{hasRole(session, 'admin') ? trustText.ownBrowser : trustText.claimAdmin}</p>
                  </Notice>
                );
              // After a reset only new keys count: the older ones may be lost.
              const mine = (each: { person: string; createdAt: string }) =>
                each.person === session.person &&
                (now.reset === null || Date.parse(each.createdAt) > Date.parse(now.reset.createdAt));
              const places = items.filter(mine).map(originOfPasskey);
              const document = now.document as TrustDocument | null;
              const first = document === null ? null : signingOriginOf(document.origins);
              const at = places.find((each) => each !== null) ?? first;
              const own = places.filter((each) => each === at).length;
              const hasPaper = recoveryKeys.some(mine);
              return <Steps slug={slug} own={own} hasPaper={hasPaper} at={at} />;
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

/** @param at where the reader creates passkeys and signs the first version */
function Steps({
  slug,
  own,
  hasPaper,
  at,
}: {
  slug: string;
  own: number;
  hasPaper: boolean;
  at: SigningOrigin;
}) {
  const text = useText(claimTexts);
  const hasBackup = own > 1 || hasPaper;
  return (
    <ol className="steps">
      <li className="stack near">
        <h2>{text.key}</h2>
        {own === 0 ? <EnrolForm slug={slug} count={own} at={at} mayChoose /> : <Done>{text.keyDone}</Done>}
      </li>
      <li className="stack near">
        <h2>{text.backup}</h2>
        <p className="soft">{text.backupLead}</p>
        {hasBackup ? <Done>{text.backupDone}</Done> : null}
        {own > 0 && !hasBackup ? (
          <>
            <RecoveryForm slug={slug} at={at} />
            <details className="details">
              <summary>{text.second}</summary>
              <EnrolForm slug={slug} count={own} at={at} mayChoose={false} />
            </details>
          </>
        ) : null}
      </li>
      <FirstVersion slug={slug} isReady={own > 0 && hasBackup} at={at} />
    </ol>
  );
}

function Done({ children }: { children: string }) {
  return (
    <p>
      <Badge tone="open" icon="done">
        {children}
      </Badge>
    </p>
  );
}

function Claimed({ trust }: { trust: Parameters<typeof Anchor>[0]['trust'] }) {
  const text = useText(claimTexts);
  return (
    <div className="stack loose">
      <Notice tone="open" icon="done" live>
        <p className="strong">{text.done}</p>
      </Notice>
      <Anchor trust={trust} />
      <p>
        <Link className="button" to="/trust" reloadDocument>
          {text.toTrust}
        </Link>
      </p>
    </div>
  );
}

/** The rules in words, and a button that signs them as the first version. */
function FirstVersion({ slug, isReady, at }: { slug: string; isReady: boolean; at: SigningOrigin }) {
  const text = useText(claimTexts);
  const { person } = useSession();
  const draft = useQuery({ ...draftQuery(slug, at), enabled: isReady });
  const propose = usePropose(slug, null, person);
  return (
    <li className="stack near">
      <h2>{text.rules}</h2>
      {isReady ? (
        <Loaded query={draft}>
          {(document) => (
            <>
              <TrustRules document={document} />
              <NotNamed slug={slug} document={document} />
              <WillBeOutdated />
              <p className="soft">{text.signMeans}</p>
              <SigningNotice error={propose.error} />
              <p>
                <Button
                  look="primary"
                  icon="done"
                  busy={propose.isPending}
                  onClick={() => propose.mutate(document)}
                >
                  {text.signButton}
                </Button>
              </p>
            </>
          )}
        </Loaded>
      ) : (
        <p className="soft">{text.rulesAfter}</p>
      )}
    </li>
  );
}

/** Warns before a claim: it outdates the requests that are open now, and their requesters must ask again. */
function WillBeOutdated() {
  const text = useText(claimTexts);
  const vendor = useInfiniteQuery(manyRequestsQuery({ state: 'awaiting_vendor' })).data?.items ?? [];
  const own = useInfiniteQuery(manyRequestsQuery({ state: 'awaiting_customer' })).data?.items ?? [];
  const count = vendor.length + own.length;
  if (count === 0) return null;
  return (
    <Notice tone="wait" icon="alert">
      <p className="strong">{text.waiting(count)}</p>
      <p>{text.waitingLead(count)}</p>
    </Notice>
  );
}

/** Names the approvers whom the document leaves out, so that no one is forgotten. */
function NotNamed({ slug, document }: { slug: string; document: TrustDocument }) {
  const text = useText(claimTexts);
  const language = useLanguage();
  const { data } = useQuery(peopleQuery(slug));
  const named = new Set(document.people.map(({ person }) => person));
  const others = (data?.items ?? []).filter(
    ({ id, roles, removedAt }) => removedAt === null && roles.includes('approver') && !named.has(id),
  );
  if (others.length === 0) return null;
  return (
    <p className="soft">
      {text.others(
        joinWithAnd(
          others.map(({ name }) => name),
          language,
        ),
      )}
    </p>
  );
}
