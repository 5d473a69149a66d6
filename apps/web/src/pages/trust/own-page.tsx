import { useQuery } from '@tanstack/react-query';
import { useText } from '../../text/language.js';
import { InGroups } from '../../ui/in-groups.js';
import { trustTexts } from './trust.text.js';

const FILE = '/signing/countersign-signing.html';

/** The signing page to host oneself, with the hash that it is published under. */
export function OwnPage() {
  const text = useText(trustTexts);
  const { data } = useQuery({
    queryKey: ['signing-page'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch(`${FILE}.sha256`, { signal });
      return answer.ok ? ((await answer.text()).split(' ')[0] ?? '') : '';
    },
  });
  if (!data) return null;
  return (
    <section className="stack near">
      <h2>{text.ownPage}</h2>
      <p className="soft">{text.ownPageLead}</p>
      <p>{text.ownPageHash}</p>
      <InGroups text={data} />
      <p className="row near no-print">
        <a className="button" href={FILE} download>
          {text.ownPageTake}
        </a>
      </p>
    </section>
  );
}
