import type { Standing } from '@countersign/api';
import { utcDayText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { DataTable } from '../../ui/table.js';
import { standingTexts } from './standing.text.js';

const LOOK = {
  'controlled-here': { tone: 'accent', icon: 'done' },
  'controlled-elsewhere': { tone: 'plain', icon: 'info' },
  open: { tone: 'wait', icon: 'open' },
} as const;

/** What the vendor states about every way to the data, so that "none open" is not read as more than it says. */
export function CoverageSection({ coverage }: Pick<Standing, 'coverage'>) {
  const text = useText(standingTexts);
  const language = useLanguage();
  return (
    <section className="stack near" aria-labelledby="coverage">
      <h2 id="coverage">{text.coverage}</h2>
      {coverage === null ? (
        <Notice tone="wait" icon="info">
          <p>{text.noCoverage}</p>
        </Notice>
      ) : (
        <>
          <p className="soft">{text.coverageLead(utcDayText(coverage.checkedOn, language))}</p>
          <DataTable
            caption={text.coverage}
            rows={coverage.ways}
            rowKey={({ way }) => way}
            columns={[
              { label: text.way, cell: ({ way }) => way },
              {
                label: text.state,
                cell: ({ state }) => <Badge {...LOOK[state]}>{text.states[state]}</Badge>,
              },
              {
                label: text.by,
                cell: ({ state, by }) => by ?? (state === 'controlled-here' ? 'Countersign' : '–'),
              },
              { label: text.services, cell: ({ services }) => services?.join(', ') ?? text.allServices },
            ]}
          />
        </>
      )}
    </section>
  );
}
