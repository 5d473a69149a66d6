import type { PublishedReportAnswer, TransparencyReportAnswer } from '@countersign/api';
import { DEMAND_KINDS } from '@countersign/contract';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Helped } from '../../ui/help.js';
import { DataTable } from '../../ui/table.js';
import { FigureBar, mostOf } from './figure-bars.js';
import { countryName, figureText, medianText } from './figures.js';
import { RequesterTables } from './requester-tables.js';
import { transparencyTexts } from './transparency.text.js';

type Report = TransparencyReportAnswer;

/** A published report, and beside it the reader's own organisation's figures. */
export function ReportView({
  published: { report },
  own,
}: {
  published: PublishedReportAnswer;
  own: Report | null;
}) {
  const text = useText(transparencyTexts);
  const language = useLanguage();
  return (
    <>
      <p className="soft">{text.bands(numberText(report.leastContributors, language))}</p>
      <Countries report={report} />
      <FigureList id="outcomes" title={text.outcomes} names={text.outcome} report={report} own={own} />
      <FigureList id="accesses" title={text.accesses} names={text.access} report={report} own={own} />
      <p>
        {text.median}: <span className="strong">{medianText(report.medianDecision, text, language)}</span>
        {own === null ? null : (
          <>
            {' · '}
            {text.own}:{' '}
            <span className="strong">
              {own.medianDecision === null
                ? text.noDecisions
                : medianText(own.medianDecision, text, language)}
            </span>
          </>
        )}
      </p>
      {own?.requesters === undefined ? null : <RequesterTables counts={own.requesters} />}
      <Files period={report.period.name} own={own?.tenant ?? null} />
    </>
  );
}

/** The last row: the sums of all countries. */
const ALL = 'all';

/** Demands by country and kind, with a bar for each country. */
function Countries({ report: { figures, countries } }: { report: Report }) {
  const text = useText(transparencyTexts);
  const language = useLanguage();
  const rows = [...countries, 'other', ALL];
  const figure = (name: string) => figures[name];
  const total = (row: string) => figure(row === ALL ? 'demands' : `demands.country.${row}`);
  const cell = (row: string, kind: string) =>
    figure(row === ALL ? `demands.kind.${kind}` : `demands.country.${row}.${kind}`);
  const most = mostOf(rows.map((row) => (row === ALL ? undefined : total(row))));
  return (
    <section className="stack near" aria-labelledby="demands">
      <Helped about="demand" word={text.demands}>
        <h2 id="demands">{text.demands}</h2>
      </Helped>
      <DataTable
        caption={text.demands}
        rows={rows}
        rowKey={(row) => row}
        columns={[
          {
            label: text.country,
            cell: (row) => (row === ALL ? text.total : countryName(row, text, language)),
          },
          ...DEMAND_KINDS.map((kind) => ({
            label: text.kind[kind],
            number: true,
            cell: (row: string) => figureText(cell(row, kind), text, language),
          })),
          {
            label: text.total,
            cell: (row) => {
              const sum = total(row);
              return (
                <span className="figure-cell">
                  <span className="strong">{figureText(sum, text, language)}</span>
                  {sum === undefined || row === ALL ? null : <FigureBar figure={sum} most={most} />}
                </span>
              );
            },
          },
        ]}
      />
    </section>
  );
}

/** Figures one below the other, with bars. */
function FigureList({
  id,
  title,
  names,
  report,
  own,
}: {
  id: string;
  title: string;
  names: Readonly<Record<string, string>>;
  report: Report;
  own: Report | null;
}) {
  const text = useText(transparencyTexts);
  const language = useLanguage();
  const rows = Object.keys(names);
  const most = mostOf(rows.map((name) => report.figures[name]));
  return (
    <section className="stack near" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <DataTable
        caption={title}
        rows={rows}
        rowKey={(name) => name}
        columns={[
          { label: text.what, cell: (name) => names[name] },
          {
            label: text.all,
            cell: (name) => {
              const figure = report.figures[name];
              return (
                <span className="figure-cell">
                  <span className="strong">{figureText(figure, text, language)}</span>
                  {figure === undefined ? null : <FigureBar figure={figure} most={most} />}
                </span>
              );
            },
          },
          ...(own === null
            ? []
            : [
                {
                  label: text.own,
                  number: true,
                  cell: (name: string) => figureText(own.figures[name], text, language),
                },
              ]),
        ]}
      />
    </section>
  );
}

/** @param own the reader's tenant, whose own report has files too; null for people of the vendor */
function Files({ period, own }: { period: string; own: string | null }) {
  const text = useText(transparencyTexts);
  const base = `/api/v1/transparency-reports/${period}`;
  const ownBase = `/api/v1/tenants/${own}/transparency-reports/${period}`;
  return (
    <section className="stack near no-print" aria-labelledby="files">
      <h2 id="files">{text.files}</h2>
      <p className="row near">
        {own === null ? null : text.filesAll}
        <a href={`${base}/report.json`} download={`transparency-${period}.json`}>
          {text.json}
        </a>
        <a href={`${base}/report.csv`} download={`transparency-${period}.csv`}>
          {text.csv}
        </a>
        <a href={base}>{text.note}</a>
      </p>
      {own === null ? null : (
        <p className="row near">
          {text.filesOwn}
          <a href={ownBase} download={`transparency-${own}-${period}.json`}>
            {text.jsonAndNote}
          </a>
          <a href={`${ownBase}/report.csv`} download={`transparency-${own}-${period}.csv`}>
            {text.csv}
          </a>
        </p>
      )}
    </section>
  );
}
