import type { IncidentBoard } from '@countersign/api';
import { refusalWords } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { incidentQuery } from '../../api/incidents.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { useParams } from '../../ui/address.js';
import { Badge, RequestStateBadge } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { incidentsTexts } from './incidents.text.js';

type Line = IncidentBoard['tenants'][number];

/** `/incidents/:id`: which customers have answered. For the vendor's staff alone. */
export default function IncidentPage() {
  const { id = '' } = useParams();
  return <Loaded query={useQuery(incidentQuery(id))}>{(board) => <Board board={board} />}</Loaded>;
}

/** The customer has approved, denied or offered less. Lapsed, withdrawn and refused by rules are no answers of a person. */
const hasAnswered = ({ state }: Line): boolean =>
  state === 'approved' || state === 'denied' || state === 'countered';

function Board({ board }: { board: IncidentBoard }) {
  const text = useText(incidentsTexts);
  const { tenant } = useOrganisation();
  const name = useNames([board.person]);
  const { tenants } = board;
  return (
    <Page
      title={board.title}
      lead={
        <>
          {text.openedBy(name(board.person))}, <Instant at={board.createdAt} />
        </>
      }
      actions={
        <Link className="button" to="/incidents">
          {text.back}
        </Link>
      }
    >
      <section className="stack near" aria-labelledby="board">
        <h2 id="board">{text.answered(tenants.filter(hasAnswered).length, tenants.length)}</h2>
        <DataTable
          caption={text.board}
          rows={tenants}
          rowKey={(line) => line.tenant}
          columns={[
            { label: text.customer, cell: (line) => tenant(line.tenant) },
            { label: text.state, cell: (line) => <AnswerOf line={line} /> },
            { label: text.waits, cell: ({ waiting }) => <Waits waiting={waiting} /> },
            {
              label: text.lapses,
              cell: ({ waiting, lapsesAt }) =>
                waiting === null || lapsesAt === null ? '–' : <Instant at={lapsesAt} />,
            },
            { label: text.links, cell: (line) => <Links line={line} customer={tenant(line.tenant)} /> },
          ]}
        />
      </section>
    </Page>
  );
}

function AnswerOf({ line: { state, refusals } }: { line: Line }) {
  const text = useText(incidentsTexts);
  const language = useLanguage();
  if (state !== null) return <RequestStateBadge request={{ state }} />;
  return (
    <div className="stack near">
      <Badge tone="stop" icon="stop">
        {text.refused}
      </Badge>
      {refusals.map((refusal) => (
        <span className="small" key={refusal.code}>
          {refusalWords(refusal, language)}
        </span>
      ))}
    </div>
  );
}

function Waits({ waiting }: Pick<Line, 'waiting'>) {
  const text = useText(incidentsTexts);
  if (waiting === null) return '–';
  return (
    <>
      {text.whom[waiting.for]}, {text.since} <Instant at={waiting.since} />
    </>
  );
}

/** Each link names its customer for screen readers: a list of links would say “Request” again and again. */
function Links({ line: { request, grant }, customer }: { line: Line; customer: string }) {
  const text = useText(incidentsTexts);
  if (request === null) return '–';
  return (
    <span className="row near">
      <Link to={`/requests/${request}`} aria-label={`${text.request}: ${customer}`}>
        {text.request}
      </Link>
      {grant === null ? null : (
        <Link to={`/grants/${grant}`} aria-label={`${text.access}: ${customer}`}>
          {text.access}
        </Link>
      )}
    </span>
  );
}
