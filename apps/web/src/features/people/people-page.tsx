import type { PersonWidening, TenantPerson } from '@countersign/api';
import { wordFor } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleQuery, wideningsQuery } from '../../api/organisation.js';
import { hasRole, may, useSession } from '../../api/session.js';
import { trustQuery } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { WaitingWidenings } from '../controls/widening-card.js';
import { hasWords, useListChoice } from '../lists/list-filter.js';
import { SearchField } from '../lists/list-filters.js';
import { listsTexts } from '../lists/lists.text.js';
import { peopleTexts } from './people.text.js';
import { PersonForm, RemoveForm } from './person-forms.js';

type Task = { kind: 'add' } | { kind: 'edit' | 'remove'; person: TenantPerson };

/** `/people`: the customer's people, whom its admins manage. */
export default function PeoplePage() {
  const text = useText(peopleTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const [task, setTask] = useState<Task | null>(null);
  const people = useQuery(peopleQuery(slug));
  const isClaimed = useQuery(trustQuery(slug)).data?.claimed;
  const widenings = useQuery(wideningsQuery(slug)).data?.items ?? [];
  const waiting = widenings.filter((each) => each.kind === 'person');
  const isAdmin = hasRole(session, 'admin');
  const mayChange = may(session, 'people.write');
  const done = () => setTask(null);
  return (
    <Page
      title={text.title}
      lead={isClaimed === false ? `${text.lead} ${text.leadUnclaimed}` : text.lead}
      actions={
        mayChange ? (
          <Button look="primary" onClick={() => setTask({ kind: 'add' })}>
            {text.add}
          </Button>
        ) : null
      }
    >
      <div className="stack">
        {mayChange ? null : (
          <Notice tone="plain" icon="info">
            <p>{isAdmin ? text.mailCode : text.readOnly}</p>
          </Notice>
        )}
        <WaitingWidenings slug={slug} of="people" />
        <Loaded query={people}>
          {({ items }) => (
            <PeopleTable people={items} waiting={waiting} onTask={mayChange ? setTask : null} />
          )}
        </Loaded>
      </div>
      <Dialog label={titleOf(task, text)} isOpen={task !== null} onClose={done}>
        {task?.kind === 'add' ? <PersonForm slug={slug} onDone={done} /> : null}
        {task?.kind === 'edit' ? (
          <PersonForm slug={slug} person={intended(task.person, waiting)} onDone={done} />
        ) : null}
        {task?.kind === 'remove' ? <RemoveForm slug={slug} person={task.person} onDone={done} /> : null}
      </Dialog>
    </Page>
  );
}

/** The people whose name, address or groups have the words of the search. `onTask` is null if the reader may change nothing. */
function PeopleTable({
  people,
  waiting,
  onTask,
}: {
  people: readonly TenantPerson[];
  waiting: readonly PersonWidening[];
  onTask: ((task: Task) => void) | null;
}) {
  const text = useText(peopleTexts);
  const listWords = useText(listsTexts);
  const { text: search } = useListChoice(['text']);
  const actColumn = (onAct: (task: Task) => void) => ({
    label: text.act,
    hiddenLabel: true,
    cell: (person: TenantPerson) => <Acts person={person} onTask={onAct} />,
  });
  return (
    <>
      <SearchField value={search ?? ''} hint={listWords.nameHint} />
      <DataTable
        caption={text.title}
        rows={people.filter(({ name, email, groups = [] }) => hasWords(search, name, email, ...groups))}
        rowKey={({ id }) => id}
        columns={[
          { label: text.name, cell: ({ name }) => <span className="strong">{name}</span> },
          { label: text.email, cell: ({ email }) => email },
          {
            label: text.roles,
            cell: (person) => <Roles person={person} waits={waitingOf(person, waiting)} />,
          },
          { label: text.groups, cell: ({ groups = [] }) => groups.join(', ') || '–' },
          ...(onTask === null ? [] : [actColumn(onTask)]),
        ]}
      />
    </>
  );
}

function titleOf(task: Task | null, text: (typeof peopleTexts)['en']): string {
  if (task === null) return '';
  if (task.kind === 'add') return text.add;
  return task.kind === 'edit' ? text.editTitle(task.person.name) : text.removeTitle(task.person.name);
}

const waitingOf = ({ id }: TenantPerson, waiting: readonly PersonWidening[]): PersonWidening | undefined =>
  waiting.find(({ person }) => person === id);

/** The person with what waits for them: what is saved takes the place of it. */
function intended(person: TenantPerson, waiting: readonly PersonWidening[]): TenantPerson {
  const { roles, groups } = waitingOf(person, waiting)?.after ?? {
    roles: person.roles,
    groups: person.groups ?? [],
  };
  return { ...person, roles, groups };
}

function Roles({ person, waits }: { person: TenantPerson; waits: PersonWidening | undefined }) {
  const text = useText(peopleTexts);
  const list = (roles: readonly string[]) =>
    roles.map((role) => wordFor(text.short, role) ?? role).join(', ');
  if (person.removedAt !== null)
    return (
      <Badge tone="plain" icon="closed">
        {text.left}
      </Badge>
    );
  if (waits === undefined) return list(person.roles);
  const more = waits.after.roles.filter((role) => !person.roles.includes(role));
  return (
    <span className="row near">
      {list(person.roles)}
      <Badge tone="wait" icon="wait">
        {more.length === 0 ? text.waitsMore : text.waits(list(more))}
      </Badge>
    </span>
  );
}

function Acts({ person, onTask }: { person: TenantPerson; onTask: (task: Task) => void }) {
  const text = useText(peopleTexts);
  if (person.removedAt !== null) return null;
  return (
    <span className="row near">
      <Button small onClick={() => onTask({ kind: 'edit', person })}>
        {text.edit}
      </Button>
      <Button small look="deny" onClick={() => onTask({ kind: 'remove', person })}>
        {text.remove}
      </Button>
    </span>
  );
}
