import type { TransparencyReportAnswer } from '@countersign/api';
import type { Language } from '@countersign/contract';
import { countryText, factText } from '@countersign/wording';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { DataTable } from '../../ui/table.js';
import { transparencyTexts } from './transparency.text.js';

type Counts = NonNullable<TransparencyReportAnswer['requesters']>;
type Count = Counts[keyof Counts][number];

const FACTS = ['country', 'entity', 'employment'] as const;

const WORDS: Readonly<Record<keyof Counts, (value: string, language: Language) => string>> = {
  country: countryText,
  entity: (value) => value,
  employment: (value, language) => factText('employment', value, language),
};

/** The access of the reader's own organisation by country, entity and employment of the engineers. */
export function RequesterTables({ counts }: { counts: Counts }) {
  const text = useText(transparencyTexts);
  const language = useLanguage();
  const number = (label: string, count: (row: Count) => number) => ({
    label,
    number: true,
    cell: (row: Count) => numberText(count(row), language),
  });
  return (
    <section className="stack near" aria-labelledby="requesters">
      <h2 id="requesters">{text.requesters}</h2>
      <p className="soft">{text.requestersLead}</p>
      {FACTS.map((fact) => (
        <DataTable
          key={fact}
          caption={text.fact[fact]}
          rows={counts[fact]}
          rowKey={({ value }) => (value === null ? 'none' : `value ${value}`)}
          columns={[
            {
              label: text.fact[fact],
              cell: ({ value }) => (value === null ? text.notStated : WORDS[fact](value, language)),
            },
            number(text.access['accesses.requested'], ({ requested }) => requested),
            number(text.access['accesses.approved'], ({ approved }) => approved),
            number(text.verified, ({ verified }) => verified),
            number(text.stated, ({ value, requested, verified }) =>
              value === null ? 0 : requested - verified,
            ),
          ]}
        />
      ))}
    </section>
  );
}
