import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { readAllRecords } from '../../api/grants.js';
import { readNames, useOrganisation } from '../../api/organisation.js';
import { useSession } from '../../api/session.js';
import { dayText, numberText, startOfDay } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { historyTexts } from './history.text.js';
import { download, FORMATS, type Format } from './record-export.js';

const DAY_MS = 86_400_000;

/** Reads the calls of these days and saves them as a file. `count` says how many have been read so far. */
function useExport(slug: string, from: string, to: string) {
  const [count, setCount] = useState(0);
  const run = useMutation({
    mutationFn: async (format: Format) => {
      setCount(0);
      const records = await readAllRecords(slug, { from: startOfDay(from), to: startOfDay(to, 1) }, setCount);
      const nameOf = await readNames(format === 'csv' ? records.map(({ person }) => person) : []);
      download(`calls-${slug}-${from}-${to}`, format, records, nameOf);
      return records.length;
    },
  });
  return { run, count };
}

/** Exports one customer's calls between two days of the reader's calendar. */
export function ExportForm() {
  const text = useText(historyTexts);
  const language = useLanguage();
  const { tenant: own } = useSession();
  const { tenants } = useOrganisation();
  const [tenant, setTenant] = useState(own ?? '');
  const [from, setFrom] = useState(() => dayText(Date.now() - 30 * DAY_MS));
  const [to, setTo] = useState(() => dayText(Date.now()));
  const slug = tenant === '' ? (tenants[0]?.slug ?? '') : tenant;
  const { run, count } = useExport(slug, from, to);
  const isReady = slug !== '' && from !== '' && to !== '';
  return (
    <details className="details sheet no-print">
      <summary className="strong">{text.export}</summary>
      <div className="stack">
        <p className="soft">{text.exportLead}</p>
        <div className="choices">
          {own === null ? <CustomerField slug={slug} onChange={setTenant} /> : null}
          <TextField
            label={text.from}
            type="date"
            value={from}
            max={to}
            onChange={(event) => setFrom(event.target.value)}
          />
          <TextField
            label={text.to}
            type="date"
            value={to}
            min={from}
            onChange={(event) => setTo(event.target.value)}
          />
        </div>
        <div className="row">
          {FORMATS.map((format) => (
            <Button
              key={format}
              icon="download"
              busy={run.isPending}
              disabled={!isReady}
              onClick={() => run.mutate(format)}
            >
              {text[format]}
            </Button>
          ))}
          <span role="status" className="soft">
            {run.isPending ? text.reading(numberText(count, language)) : null}
            {run.isSuccess ? text.done(numberText(run.data, language)) : null}
          </span>
        </div>
        {run.error === null ? null : <ProblemNotice error={run.error} />}
      </div>
    </details>
  );
}

function CustomerField({ slug, onChange }: { slug: string; onChange: (slug: string) => void }) {
  const text = useText(historyTexts);
  const { tenants } = useOrganisation();
  return (
    <SelectField label={text.tenant} value={slug} onChange={(event) => onChange(event.target.value)}>
      {tenants.map((each) => (
        <option key={each.slug} value={each.slug}>
          {each.name}
        </option>
      ))}
    </SelectField>
  );
}
