import type { OrganisationChange, OrganisationPreview } from '@countersign/api';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Command } from '../../ui/copy.js';
import { TextArea, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { memberValue } from './member-value.js';
import { organisationTexts } from './organisation.text.js';

const MOST_CHARACTERS = 1_000_000;

/** An editor for a file, and what applying it would change. Nothing is applied here: that is for the operator of the host. */
export function CompareFile() {
  const text = useText(organisationTexts);
  const [file, setFile] = useState('');
  const compare = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/organisation/preview', { body: { file } })),
  });
  const edit = (next: string) => {
    setFile(next);
    compare.reset();
  };
  return (
    <section className="sheet stack" aria-labelledby="compare">
      <h2 id="compare">{text.compare}</h2>
      <p className="soft">{text.compareLead}</p>
      <TextField
        label={text.open}
        type="file"
        accept=".yaml,.yml,.json"
        onChange={(event) => void event.target.files?.[0]?.text().then(edit)}
      />
      <TextArea
        label={text.file}
        value={file}
        rows={12}
        maxLength={MOST_CHARACTERS}
        spellCheck={false}
        className="input mono"
        onChange={(event) => edit(event.target.value)}
      />
      <p>
        <Button
          look="primary"
          busy={compare.isPending}
          disabled={file.trim() === ''}
          onClick={() => compare.mutate()}
        >
          {text.button}
        </Button>
      </p>
      <div role="status" className="stack">
        {compare.error === null ? null : <ProblemNotice error={compare.error} />}
        {compare.data === undefined ? null : <Preview preview={compare.data} />}
      </div>
    </section>
  );
}

function Preview({ preview: { hash, changes, warnings } }: { preview: OrganisationPreview }) {
  const text = useText(organisationTexts);
  if (changes.length === 0) return <p className="strong">{text.same}</p>;
  return (
    <>
      <h3>{text.differences(changes.length)}</h3>
      <ul className="plain-list">
        {changes.map((change) => (
          <li key={`${change.kind} ${change.name}`} className="stack near">
            <Change change={change} />
          </li>
        ))}
      </ul>
      {warnings.length === 0 ? null : (
        <>
          <h3>{text.warnings}</h3>
          <ul className="bullets">
            {warnings.map(({ pointer, detail }) => (
              <li key={`${pointer} ${detail}`}>
                <code>{pointer}</code> {detail}
              </li>
            ))}
          </ul>
        </>
      )}
      <p>{text.apply}</p>
      <Command>{`countersign apply -f organisation.yaml --expect ${hash}`}</Command>
    </>
  );
}

const LOOK = {
  add: { tone: 'open', icon: 'open' },
  change: { tone: 'wait', icon: 'info' },
  remove: { tone: 'stop', icon: 'closed' },
  propose: { tone: 'wait', icon: 'wait' },
  skip: { tone: 'stop', icon: 'alert' },
} as const;

function Change({ change: { action, kind, name, members, more, heldBy } }: { change: OrganisationChange }) {
  const text = useText(organisationTexts);
  const language = useLanguage();
  const valueText = ({ path, hidden }: (typeof members)[number], value: string | null) =>
    hidden ? text.hidden : value === null ? text.nothing : memberValue(path, value, language);
  return (
    <>
      <p className="row near">
        <Badge {...LOOK[action]}>
          {text.action[action]} {text.kind[kind]}
        </Badge>
        <span className="strong">{name}</span>
      </p>
      {action === 'propose' ? <p className="soft">{text.proposed}</p> : null}
      {heldBy === undefined ? null : <p className="soft">{text.skipped(heldBy)}</p>}
      {members.length === 0 || action === 'remove' || action === 'skip' ? null : (
        <DataTable
          caption={name}
          rows={members}
          rowKey={({ path }) => path}
          columns={[
            { label: text.member, cell: ({ path }) => <code>{path}</code> },
            { label: text.before, cell: (member) => valueText(member, member.before) },
            { label: text.after, cell: (member) => valueText(member, member.after) },
          ]}
        />
      )}
      {more === 0 ? null : <p className="soft">{text.moreMembers(more)}</p>}
    </>
  );
}
