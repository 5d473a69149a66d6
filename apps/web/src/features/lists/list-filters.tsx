import './lists.css';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { Empty } from '../../ui/query-states.js';
import { changeAddress, type FilterField, type ListChoice } from './list-filter.js';
import { listsTexts } from './lists.text.js';

const EMPTY = {
  ...{ text: null, ticket: null, state: null, tenant: null },
  ...{ service: null, person: null, from: null, to: null },
};

interface Offered {
  fields: readonly FilterField[];
  choice: ListChoice;
  /** States with their words. */
  states?: Readonly<Record<string, string>>;
  /** What rows of the list have. The chosen one is offered even if no row has it. */
  rows?: readonly { tenant: string; service: string; requester: string }[];
}

/**
 * The filters of a list, which are parts of the address: a search field, and the others behind a disclosure.
 *
 * @param of the list's name, on a page with several
 */
export function ListFilters({ fields, choice, states = {}, rows = [], of }: Offered & { of?: string }) {
  const text = useText(listsTexts);
  const hasSearch = fields.includes('text');
  const others = fields.filter((field) => field !== 'text');
  const chosen = others.filter((field) => choice[field] !== undefined).length;
  // Open if the address asks for one of them, until the reader closes it.
  const [isOpen, setOpen] = useState(chosen > 0);
  return (
    <search
      className="sheet stack near no-print"
      aria-label={of === undefined ? text.filters : `${text.filters}: ${of}`}
    >
      {hasSearch ? <SearchField value={choice.text ?? ''} /> : null}
      {others.length === 0 ? null : (
        <details className="details" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{text[hasSearch ? 'more' : 'filtersChosen'](chosen)}</summary>
          {isOpen ? (
            <div className="list-filters">
              {others.map((field) => (
                <Filter key={field} field={field} choice={choice} states={states} rows={rows} />
              ))}
            </div>
          ) : null}
        </details>
      )}
      {Object.keys(choice).length === 0 ? null : (
        <p>
          <Button small onClick={() => changeAddress(EMPTY)}>
            {text.clear}
          </Button>
        </p>
      )}
    </search>
  );
}

function Filter({
  field,
  choice,
  states,
  rows,
}: Required<Pick<Offered, 'choice' | 'states' | 'rows'>> & { field: FilterField }) {
  const text = useText(listsTexts);
  const value = choice[field] ?? '';
  if (field === 'ticket') return <TypedField name="ticket" hint={text.ticketHint} value={value} />;
  if (field === 'from' || field === 'to')
    return (
      <TextField
        label={text[field]}
        type="date"
        value={value}
        onChange={(event) => changeAddress({ [field]: event.target.value })}
      />
    );
  const select = (options: readonly [string, string][]) => (
    <SelectField
      label={text[field]}
      value={value}
      onChange={(event) => changeAddress({ [field]: event.target.value })}
    >
      <option value="">{field === 'person' ? text.anyone : text.all}</option>
      {options.map(([each, label]) => (
        <option key={each} value={each}>
          {label}
        </option>
      ))}
    </SelectField>
  );
  if (field === 'state') return select(Object.entries(states));
  if (field === 'tenant') return <Tenants select={select} />;
  const known = rows
    .map((row) => (field === 'person' ? row.requester : row.service))
    .filter((each) => each !== '');
  const ids = [...new Set(value === '' ? known : [value, ...known])].sort();
  return field === 'person' ? (
    <People ids={ids} select={select} />
  ) : (
    select(ids.map((service) => [service, service]))
  );
}

type Select = (options: readonly [string, string][]) => ReactNode;

function Tenants({ select }: { select: Select }) {
  return select(useOrganisation().tenants.map(({ slug, name }) => [slug, name]));
}

function People({ ids, select }: { ids: readonly string[]; select: Select }) {
  const name = useNames(ids);
  return select(ids.map((id) => [id, name(id)]));
}

const TYPING_MS = 350;

/** The search field of a list. `/` focuses it on pages that have keys. */
export function SearchField({ value, hint }: { value: string; hint?: string }) {
  const text = useText(listsTexts);
  return (
    <div className="list-search">
      <TypedField name="text" hint={hint ?? text.textHint} value={value} />
    </div>
  );
}

/** A part of the address that people type. It changes once they pause, and replaces the step before. */
function TypedField({ name, hint, value }: { name: 'text' | 'ticket'; hint: string; value: string }) {
  const text = useText(listsTexts);
  const [typed, setTyped] = useState(value);
  const lastValue = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The address has changed by something else, such as the back button.
  useEffect(() => {
    if (value === lastValue.current) return;
    clearTimeout(timer.current);
    lastValue.current = value;
    setTyped(value);
  }, [value]);
  const send = (next: string) => {
    clearTimeout(timer.current);
    lastValue.current = next.trim();
    changeAddress({ [name]: next.trim() }, { replace: true });
  };
  return (
    <TextField
      label={text[name]}
      hint={hint}
      type="search"
      value={typed}
      maxLength={256}
      autoComplete="off"
      spellCheck={false}
      data-key={name === 'text' ? 'search' : undefined}
      onChange={(event) => {
        const next = event.target.value;
        setTyped(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => send(next), TYPING_MS);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') send(typed);
      }}
    />
  );
}

/** In place of a list that has nothing: because it is empty, or because nothing fits the filters. */
export function NothingListed({
  choice,
  hasMore = false,
  empty,
}: {
  choice: ListChoice;
  /** Older items have not been compared with the search yet. */
  hasMore?: boolean;
  empty: ReactNode;
}) {
  const text = useText(listsTexts);
  if (Object.keys(choice).length === 0) return empty;
  return (
    <Empty icon="inbox" title={hasMore ? text.lookedSoFar : text.noMatch}>
      {hasMore ? null : text.noMatchLead}
    </Empty>
  );
}
