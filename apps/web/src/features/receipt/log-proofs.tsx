import type { GrantDetail } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { leavesOfGrantQuery } from '../../api/log.js';
import { may, useSession } from '../../api/session.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Time } from '../../ui/clock.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { receiptTexts } from './receipt.text.js';

/**
 * How far the log had grown when the receipt was made: on paper the receipt is a witness of the log. Those who may follow the
 * log get a proof file for each leaf of this access.
 */
export function LogProofs({ grant }: { grant: GrantDetail }) {
  const text = useText(receiptTexts);
  const language = useLanguage();
  return (
    <section className="stack near">
      <h2>{text.log}</h2>
      <dl className="facts small">
        <dt>{text.leaves}</dt>
        <dd>{numberText(grant.log.size, language)}</dd>
        <dt>{text.root}</dt>
        <dd className="mono">{grant.log.root}</dd>
      </dl>
      <p className="soft">{text.logMeans}</p>
      {may(useSession(), 'log.follow') ? <Leaves grant={grant} /> : null}
    </section>
  );
}

function Leaves({ grant }: { grant: GrantDetail }) {
  const text = useText(receiptTexts);
  const language = useLanguage();
  const leaves = useQuery(leavesOfGrantQuery(grant));
  return (
    <details className="details no-print">
      <summary>{text.proofs}</summary>
      <Loaded query={leaves}>
        {({ items, hasMore }) => (
          <>
            <p className="soft">{text.proofMeans}</p>
            <DataTable
              caption={text.proofs}
              rows={items}
              rowKey={({ index }) => index}
              columns={[
                { label: text.leaf, number: true, cell: ({ index }) => numberText(index, language) },
                { label: text.when, cell: ({ at }) => <Time at={at} /> },
                { label: text.event, cell: ({ type }) => <code>{type}</code> },
                {
                  label: text.proof,
                  cell: ({ index }) => (
                    <a
                      href={`/log/${grant.tenant}/proof/${index}`}
                      download={`${grant.tenant}-${index}.tlog-proof`}
                    >
                      {text.download(numberText(index, language))}
                    </a>
                  ),
                },
              ]}
            />
            {hasMore ? <p className="soft">{text.newestOnly}</p> : null}
          </>
        )}
      </Loaded>
    </details>
  );
}
