import { peopleInCsv } from '@countersign/wording';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { readNames } from '../../api/organisation.js';
import { type RequestFilter, readAllRequests } from '../../api/requests.js';
import { dayText, numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { historyTexts } from './history.text.js';
import { downloadRequests, FORMATS, type Format } from './record-export.js';

/** Exports the requests that the list shows, all pages of them. */
export function RequestExport({ filter }: { filter: RequestFilter }) {
  const text = useText(historyTexts);
  const language = useLanguage();
  const [count, setCount] = useState(0);
  const run = useMutation({
    mutationFn: async (format: Format) => {
      setCount(0);
      const requests = await readAllRequests(filter, setCount);
      const nameOf = await readNames(format === 'csv' ? peopleInCsv(requests) : []);
      downloadRequests(`requests-${dayText(Date.now())}`, format, requests, nameOf);
      return requests.length;
    },
  });
  return (
    <div className="stack near no-print">
      <div className="row near">
        <span className="soft">{text.exportRequests}</span>
        {FORMATS.map((format) => (
          <Button key={format} small icon="download" busy={run.isPending} onClick={() => run.mutate(format)}>
            {text[format]}
          </Button>
        ))}
        <span role="status" className="soft">
          {run.isPending ? text.readingRequests(numberText(count, language)) : null}
          {run.isSuccess ? text.doneRequests(numberText(run.data, language)) : null}
        </span>
      </div>
      {run.error === null ? null : <ProblemNotice error={run.error} />}
    </div>
  );
}
