import type { ExportTarget } from '@countersign/api';
import { EXPORT_CONTENTS, EXPORT_KINDS, type ExportContent, type ExportKind } from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { isVendor, may, useSession } from '../../api/session.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Command } from '../../ui/copy.js';
import { SelectField, TextArea, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { TableSection } from '../../ui/table.js';
import { streamTexts } from './streams.text.js';

const VENDOR_LOGS = ['deployment', 'vendor'] as const;

const PATH = '/api/v1/tenants/{slug}/export-targets';
const REFETCH_MS = 5_000;

const reload = () => invalidate(['export-targets']);

/** Where the reader's side streams its logs to, with how far each stream has come. */
export function Streams() {
  const session = useSession();
  return isVendor(session)
    ? VENDOR_LOGS.map((log) => <StreamsOfLog key={log} log={log} />)
    : session.tenant !== null && <StreamsOfLog log={session.tenant} />;
}

function StreamsOfLog({ log }: { log: string }) {
  const text = useText(streamTexts);
  const session = useSession();
  const targets = useQuery({
    queryKey: ['export-targets', log],
    queryFn: ({ signal }) => unwrap(api.GET(PATH, { params: { path: { slug: log } }, signal })),
    refetchInterval: REFETCH_MS,
  });
  const remove = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE(`${PATH}/{id}`, { params: { path: { slug: log, id } } })),
    onSettled: reload,
  });
  return (
    <TableSection
      id={`streams-${log}`}
      title={isVendor(session) ? text.titleOf(log) : text.title}
      lead={text.lead}
      query={targets}
      empty={text.none}
      error={remove.error}
      columns={[
        { label: text.name, cell: ({ name }) => name },
        { label: text.to, cell: (target) => <Receiver {...target} /> },
        { label: text.sent, cell: (target) => <Sent {...target} /> },
        { label: text.state, cell: (target) => <State {...target} /> },
        {
          label: text.act,
          hiddenLabel: true,
          cell: ({ id, name }) =>
            may(session, 'export.remove') ? (
              <Button
                small
                look="deny"
                busy={remove.isPending}
                aria-label={text.removeTarget(name)}
                onClick={() => remove.mutate(id)}
              >
                {text.remove}
              </Button>
            ) : null,
        },
      ]}
    >
      {may(session, 'export.add') ? <NewStream log={log} /> : null}
    </TableSection>
  );
}

function Receiver({ kind, address, content }: Pick<ExportTarget, 'kind' | 'address' | 'content'>) {
  const text = useText(streamTexts);
  return (
    <>
      {text.kinds[kind]}
      {content === 'ocsf' ? ' · OCSF' : ''}
      <span className="block soft small">{address}</span>
    </>
  );
}

function Sent({ next, size, sentAt }: Pick<ExportTarget, 'next' | 'size' | 'sentAt'>) {
  const text = useText(streamTexts);
  const language = useLanguage();
  return (
    <>
      {text.progress(numberText(next, language), numberText(size, language))}
      {sentAt === null ? null : (
        <span className="block soft small">
          <Instant at={sentAt} />
        </span>
      )}
    </>
  );
}

function State(target: Pick<ExportTarget, 'lastError' | 'failedAt' | 'next' | 'size'>) {
  const { lastError, failedAt, next, size } = target;
  const text = useText(streamTexts);
  if (lastError === null)
    return next < size ? (
      <Badge tone="wait" icon="wait">
        {text.sending}
      </Badge>
    ) : (
      <Badge tone="plain" icon="done">
        {text.upToDate}
      </Badge>
    );
  return (
    <>
      <Badge tone="stop" icon="alert">
        {text.failed(lastError)}
      </Badge>
      {failedAt === null ? null : (
        <span className="block soft small">
          <Instant at={failedAt} />
        </span>
      )}
    </>
  );
}

const ADDRESS_EXAMPLES: Readonly<Record<ExportKind, string>> = {
  hec: 'https://splunk.example:8088/services/collector/event',
  syslog: 'tls://siem.example:6514',
  jsonl: 'https://siem.example/countersign',
};

interface Draft {
  kind: ExportKind;
  content: ExportContent;
  name: string;
  address: string;
  secret: string;
  ca: string;
}

const EMPTY: Draft = { kind: 'hec', content: 'leaf', name: '', address: '', secret: '', ca: '' };

function NewStream({ log }: { log: string }) {
  const text = useText(streamTexts);
  const [draft, setDraft] = useState(EMPTY);
  const add = useMutation({
    mutationFn: ({ secret, ca, ...rest }: Draft) => {
      const secrets = { ...(rest.kind === 'hec' ? { secret } : {}), ...(ca.trim() === '' ? {} : { ca }) };
      return unwrap(api.POST(PATH, { params: { path: { slug: log } }, body: { ...rest, ...secrets } }));
    },
    // The answer may have a secret.
    gcTime: 0,
    onSuccess: () => setDraft(EMPTY),
    onSettled: reload,
  });
  const secret = add.data?.secret ?? null;
  return (
    <form
      className="stack near"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(draft);
      }}
    >
      <Fields draft={draft} change={(part) => setDraft({ ...draft, ...part })} />
      {add.error === null ? null : <ProblemNotice error={add.error} />}
      {secret === null ? null : (
        <Notice tone="wait" icon="alert" live>
          <p className="strong">{text.secretOnce}</p>
          <Command>{secret}</Command>
          <p>
            <Button small onClick={() => add.reset()}>
              {text.secretKept}
            </Button>
          </p>
        </Notice>
      )}
      <p>
        <Button
          type="submit"
          busy={add.isPending}
          disabled={draft.name.trim() === '' || draft.address === ''}
        >
          {text.add}
        </Button>
      </p>
    </form>
  );
}

function Fields({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const text = useText(streamTexts);
  const field = (name: 'name' | 'address' | 'secret') => ({
    value: draft[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) => change({ [name]: event.target.value }),
  });
  return (
    <>
      <div className="choices">
        <SelectField
          label={text.kind}
          value={draft.kind}
          onChange={(event) => change({ kind: event.target.value as ExportKind })}
        >
          {EXPORT_KINDS.map((each) => (
            <option key={each} value={each}>
              {text.kinds[each]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={text.content}
          value={draft.content}
          onChange={(event) => change({ content: event.target.value as ExportContent })}
        >
          {EXPORT_CONTENTS.map((each) => (
            <option key={each} value={each}>
              {text.contents[each]}
            </option>
          ))}
        </SelectField>
        <TextField label={text.name} maxLength={64} {...field('name')} />
        <TextField label={text.address} placeholder={ADDRESS_EXAMPLES[draft.kind]} {...field('address')} />
        {draft.kind === 'hec' ? (
          <TextField label={text.token} type="password" autoComplete="off" {...field('secret')} />
        ) : null}
      </div>
      <details>
        <summary>{text.ownCertificates}</summary>
        <TextArea
          label={text.certificates}
          value={draft.ca}
          onChange={(event) => change({ ca: event.target.value })}
        />
      </details>
    </>
  );
}
