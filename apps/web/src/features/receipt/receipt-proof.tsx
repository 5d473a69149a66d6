import type { Trust } from '@countersign/api';
import { statementHash, type TrustDocument } from '@countersign/contract';
import { joinWithAnd } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useNames } from '../../api/organisation.js';
import { may, useSession } from '../../api/session.js';
import { trustQuery } from '../../api/trust.js';
import { webHashing } from '../../log/web-crypto.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { FaultNotice } from '../proof/fault-notice.js';
import type { Shown } from './compare.js';
import { receiptProofTexts } from './receipt-proof.text.js';
import type { ReceiptCheck } from './verify-receipt.js';

/** Checks the receipt against the log in this browser, and says what was checked and what was not. */
export function ReceiptProof(shown: Shown) {
  const text = useText(receiptProofTexts);
  const session = useSession();
  const mayFollow = may(session, 'log.follow');
  const mayTrust = may(session, 'trust.read');
  const { grant, records } = shown;
  const trust = useQuery({ ...trustQuery(grant.tenant), enabled: mayFollow && mayTrust });
  const isReady = mayFollow && (!mayTrust || !trust.isPending);
  const check = useQuery({
    queryKey: ['receipt-proof', grant.id, grant.state, records.length, trust.data?.trust ?? null],
    enabled: isReady,
    staleTime: Number.POSITIVE_INFINITY,
    // It brings the schemas of everything that people sign. The receipt is shown before they are loaded.
    queryFn: async () => (await import('./verify-receipt.js')).verifyReceipt(shown, trust.data ?? null),
  });
  return (
    <section className="stack near" aria-labelledby="proof">
      <h2 id="proof">{text.title}</h2>
      {mayFollow ? null : <p className="soft">{text.cannot}</p>}
      <div role="status">{mayFollow && check.isPending ? <p className="soft">{text.working}</p> : null}</div>
      {check.error ? <ProblemNotice error={check.error} retry={() => void check.refetch()} /> : null}
      {check.data === undefined || check.isFetching ? null : (
        <>
          <Result check={check.data} trust={trust.data ?? null} />
          <p className="no-print">
            <Button small onClick={() => void check.refetch()}>
              {text.again}
            </Button>
          </p>
        </>
      )}
    </section>
  );
}

function Result({ check, trust }: { check: ReceiptCheck; trust: Trust | null }) {
  const text = useText(receiptProofTexts);
  const language = useLanguage();
  const names = useNames('signature' in check ? [check.signature.person] : []);
  if (check.ok) return <Checked check={check} trust={trust} />;
  if ('fault' in check) return <FaultNotice fault={check.fault} title={text.bad} />;
  return (
    <Notice tone="stop" icon="alert" live>
      <p className="strong">{text.bad}</p>
      {'mismatch' in check ? (
        <p>
          {text.mismatch[check.mismatch.what]}
          {check.mismatch.index === null
            ? null
            : ` ${text.atLeaf(numberText(check.mismatch.index, language))}`}
        </p>
      ) : (
        <p>{text.badSignature(names(check.signature.person), check.signature.reason)}</p>
      )}
    </Notice>
  );
}

function Checked({
  check: { leaves, size, since, keyFrom, signers, unknownKeys },
  trust,
}: {
  check: ReceiptCheck & { ok: true };
  trust: Trust | null;
}) {
  const text = useText(receiptProofTexts);
  const language = useLanguage();
  const name = useNames(signers);
  const { checks, gaps } = text;
  const [count, total] = [numberText(leaves, language), numberText(size, language)];
  const hash = documentHash(trust);
  return (
    <Notice tone="open" icon="done" live>
      <p className="strong">{text.ok(count, total)}</p>
      <h3>{text.checked}</h3>
      <ul className="bullets">
        <li>{checks.checkpoint}</li>
        {since === null ? null : <li>{checks.continues(numberText(since, language))}</li>}
        <li>{checks.leaves(count, total)}</li>
        <li>{checks.calls}</li>
        <li>{checks.terms}</li>
        {signers.length === 0 ? null : <li>{checks.signed(joinWithAnd(signers.map(name), language))}</li>}
        {signers.length === 0 || hash === null ? null : <li>{checks.trust(hash)}</li>}
      </ul>
      <h3>{text.notChecked}</h3>
      <ul className="bullets">
        <li>{gaps.truth}</li>
        <li>{gaps.paths}</li>
        {keyFrom === 'anchor' ? null : <li>{gaps.key}</li>}
        {unknownKeys === 0 ? null : <li>{gaps.unknown(numberText(unknownKeys, language))}</li>}
        {signers.length === 0 ? <li>{gaps.word}</li> : <li>{gaps.chain}</li>}
        <li>{gaps.whole}</li>
        <li>{gaps.page}</li>
      </ul>
    </Notice>
  );
}

/** The fingerprint of the document that the signatures were checked against; null if there was none. */
const documentHash = (trust: Trust | null): string | null =>
  trust?.document == null ? null : statementHash(webHashing, trust.document as unknown as TrustDocument);
