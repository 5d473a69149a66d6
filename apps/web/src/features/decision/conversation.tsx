import type { AccessRequestDetail } from '@countersign/api';
import { durationText } from '@countersign/wording';
import { useMutation } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant, useNow } from '../../ui/clock.js';
import { SelectField, TextArea } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { availableAction } from './available-action.js';
import { conversationTexts } from './conversation.text.js';

type Props = { request: AccessRequestDetail };

/** What was said about the request, and the forms to ask, answer and forward. */
export function Conversation({ request }: Props) {
  const text = useText(conversationTexts);
  const session = useSession();
  const { notes = [], forwardTo = [], id } = request;
  // The names of colleagues are read when someone wants to forward: on a slow line they would delay the page.
  const [isForwarding, setForwarding] = useState(false);
  const name = useNames(notes.flatMap(({ person, to }) => [person, to ?? person]));
  const last = notes.findLast(({ kind }) => kind !== 'forward');
  const isAsked = last?.kind === 'question';
  // A countered request waits for the engineer, and one that is notifying for its notice: the customer may deny it, no more.
  const isTheirTurn = request.state === 'awaiting_vendor' || request.state === 'awaiting_customer';
  const isDecider = isTheirTurn && availableAction(request, session) === 'decide';
  const answers = isAsked && request.requester === session.person && request.waiting != null;
  const asks = isDecider && !isAsked && may(session, 'request.ask');
  const forwards = forwardTo.length > 0 && may(session, 'request.forward');
  if (notes.length === 0 && !asks && !answers && !forwards) return null;
  return (
    <section className="stack">
      <h2>{text.title}</h2>
      {notes.map((note) => (
        <div key={note.number} className="stack tight">
          <p className="soft">
            {note.kind === 'question'
              ? text.asked(name(note.person))
              : note.kind === 'answer'
                ? text.answered(name(note.person))
                : text.forwarded(name(note.person), name(note.to ?? ''))}
            , <Instant at={note.at} />
          </p>
          {note.text !== null ? <p>{note.text}</p> : note.kind === 'forward' ? null : <p>{text.erased}</p>}
        </div>
      ))}
      {answers ? (
        <SayForm
          request={id}
          what="answers"
          label={text.answer}
          hint={text.answerHint}
          send={text.sendAnswer}
        />
      ) : null}
      {asks ? (
        <details className="details">
          <summary>{text.ask}</summary>
          <SayForm request={id} what="questions" label={text.question} hint={text.askHint} send={text.send} />
        </details>
      ) : null}
      {forwards ? (
        <details className="details" onToggle={({ currentTarget }) => setForwarding(currentTarget.open)}>
          <summary>{text.forward}</summary>
          {isForwarding ? <ForwardForm request={id} people={forwardTo} /> : null}
        </details>
      ) : null}
    </section>
  );
}

const stale = (id: string) => invalidate(['request', id], ['requests'], ['events']);

function SayForm({
  request,
  what,
  label,
  hint,
  send,
}: {
  request: string;
  what: 'questions' | 'answers';
  label: string;
  hint: string;
  send: string;
}) {
  const [words, setWords] = useState('');
  const say = useMutation({
    mutationFn: () => {
      const call = { params: { path: { id: request } }, body: { text: words } };
      return unwrap(
        what === 'questions'
          ? api.POST('/api/v1/requests/{id}/questions', call)
          : api.POST('/api/v1/requests/{id}/answers', call),
      );
    },
    onSuccess: () => stale(request),
  });
  return (
    <form
      className="stack near"
      aria-label={send}
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim() !== '') say.mutate();
      }}
    >
      <TextArea
        label={label}
        hint={hint}
        value={words}
        required
        maxLength={4_000}
        onChange={({ target }) => setWords(target.value)}
      />
      {say.error === null ? null : <ProblemNotice error={say.error} />}
      <p>
        <Button type="submit" busy={say.isPending}>
          {send}
        </Button>
      </p>
    </form>
  );
}

function ForwardForm({ request, people }: { request: string; people: readonly string[] }) {
  const text = useText(conversationTexts);
  const name = useNames(people);
  const [to, setTo] = useState('');
  const [words, setWords] = useState('');
  const forward = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/requests/{id}/forwards', {
          params: { path: { id: request } },
          body: { to, ...(words.trim() === '' ? {} : { text: words }) },
        }),
      ),
    onSuccess: () => stale(request),
  });
  return (
    <form
      className="stack near"
      aria-label={text.forward}
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== '') forward.mutate();
      }}
    >
      <SelectField label={text.colleague} value={to} required onChange={({ target }) => setTo(target.value)}>
        <option value="">{text.choose}</option>
        {people.map((id) => (
          <option key={id} value={id}>
            {name(id)}
          </option>
        ))}
      </SelectField>
      <TextArea
        label={text.words}
        value={words}
        maxLength={4_000}
        onChange={({ target }) => setWords(target.value)}
      />
      {forward.error === null ? null : <ProblemNotice error={forward.error} />}
      <p>
        <Button type="submit" busy={forward.isPending} disabled={to === ''}>
          {text.sendForward}
        </Button>
      </p>
    </form>
  );
}

/** How long the request waited for whom; for its requester also how long the customer usually takes. */
export function Stages({ request }: Props) {
  const text = useText(conversationTexts);
  const language = useLanguage();
  const now = useNow(10_000);
  const { stages = [], usually = null } = request;
  if (stages.length === 0) return null;
  const secondsOf = (since: string, until: string | null) =>
    Math.max(0, Math.round(((until === null ? now : Date.parse(until)) - Date.parse(since)) / 1_000));
  return (
    <section className="stack near">
      <h2>{text.waited}</h2>
      <dl className="facts">
        {stages.map(({ for: whom, stage, since, until }) => {
          const time = durationText(secondsOf(since, until), language);
          return (
            <Fragment key={`${whom} ${stage} ${since}`}>
              <dt>{stage === undefined ? text.whom[whom] : text.stage(text.whom[whom], stage)}</dt>
              <dd>{until === null ? text.still(time) : time}</dd>
            </Fragment>
          );
        })}
      </dl>
      {usually === null ? null : (
        <p className="soft">{text.usually(durationText(Math.round(usually), language))}</p>
      )}
    </section>
  );
}
