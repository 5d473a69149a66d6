import type { ControlsWidening, PersonWidening, Widening } from '@countersign/api';
import type { WideningStatement } from '@countersign/contract';
import { wordFor } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { useNames, wideningsQuery } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import type { Signer } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice, useSigner } from '../../passkey/signing-ui.js';
import { buildWidening } from '../../passkey/statements.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Helped } from '../../ui/help.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { peopleTexts } from '../people/people.text.js';
import { differences } from './editor/difference.js';
import { DifferenceList } from './editor/difference-list.js';
import type { JsonObject } from './editor/document.js';
import { editorTexts } from './editor/editor.text.js';
import { writerFor } from './editor/sentences.js';
import { wideningTexts } from './widening.text.js';

/**
 * What waits because it lets more in, with what it changes and the reader's buttons; nothing if nothing waits.
 *
 * @param of only what is about people; absent: the controls too
 */
export function WaitingWidenings({ slug, of }: { slug: string; of?: 'people' }) {
  const query = useQuery(wideningsQuery(slug));
  if (query.error !== null) return <ProblemNotice error={query.error} />;
  const waiting = query.data?.items.filter(({ kind }) => of === undefined || kind === 'person') ?? [];
  return waiting.map((widening) => <WideningCard key={widening.id} slug={slug} widening={widening} />);
}

function WideningCard({ slug, widening }: { slug: string; widening: Widening }) {
  const text = useText(wideningTexts);
  const anyOf = new Intl.ListFormat(useLanguage(), { type: 'disjunction' });
  const { id, by, confirmation, confirmers, takesEffectAt, needsConfirmation, lapsesAt } = widening;
  const person = widening.kind === 'person' ? widening.person : null;
  const name = useNames([
    ...(isPerson(by) ? [by] : []),
    ...(person === null ? [] : [person]),
    ...(confirmation === null ? [] : [confirmation.person]),
    ...confirmers,
  ]);
  return (
    <section className="sheet stack" aria-labelledby={id}>
      <Helped about="widening" word={text.title}>
        <h2 id={id}>{person === null ? text.title : text.personTitle(name(person))}</h2>
      </Helped>
      <p>
        {isPerson(by) ? text.by(name(by)) : by === 'host' ? text.byHost : text.byProvider} ·{' '}
        <Instant at={widening.createdAt} />
      </p>
      {widening.kind === 'controls' ? <Changes widening={widening} /> : <Duties widening={widening} />}
      <p>
        {text.effect} <Instant at={takesEffectAt} seconds />.{' '}
        {confirmation === null || needsConfirmation ? null : text.confirmedBy(name(confirmation.person))}
      </p>
      {needsConfirmation && lapsesAt !== null ? (
        <p>
          {text.unconfirmed(anyOf.format(confirmers.map(name)) || text.otherAdmin)} <Instant at={lapsesAt} />.
        </p>
      ) : null}
      <Decisions slug={slug} widening={widening} />
    </section>
  );
}

/** Every member that differs, in words. */
function Changes({ widening: { before, after } }: { widening: ControlsWidening }) {
  const text = useText(editorTexts);
  const writer = writerFor(useLanguage(), after.zone ?? 'UTC', text.choices);
  const changes = differences(before as JsonObject, after as JsonObject);
  return <DifferenceList changes={changes} writer={writer} text={text} />;
}

/** The roles and groups before and after. */
function Duties({ widening: { before, after } }: { widening: PersonWidening }) {
  const text = useText(wideningTexts);
  const { short, groups } = useText(peopleTexts);
  const list = (words: readonly string[]) => words.map((word) => wordFor(short, word) ?? word).join(', ');
  return (
    <ul>
      <li>{text.becomes(text.roles, list(before.roles), list(after.roles))}</li>
      {before.groups.join() === after.groups.join() ? null : (
        <li>{text.becomes(groups, before.groups.join(', '), after.groups.join(', '))}</li>
      )}
    </ul>
  );
}

const isPerson = (by: string): boolean => by.startsWith('usr_');

/** The reader's buttons. The broker authorizes each call itself. */
function Decisions({ slug, widening }: { slug: string; widening: Widening }) {
  const text = useText(wideningTexts);
  const session = useSession();
  const { id, confirmers, mustBeSigned } = widening;
  const signer = useSigner(slug, mustBeSigned);
  const path = { slug, id };
  const confirm = useMutation({
    mutationFn: () =>
      widening.kind === 'controls' && mustBeSigned && signer
        ? signConfirmation(widening, signer, session.person)
        : unwrap(
            api.POST('/api/v1/tenants/{slug}/widenings/{id}/confirmation', { params: { path }, body: {} }),
          ),
    onSettled: () => reload(slug),
  });
  const withdraw = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/tenants/{slug}/widenings/{id}', { params: { path } })),
    onSettled: () => reload(slug),
  });
  const isConfirmer = confirmers.includes(session.person) && may(session, 'widening.confirm');
  const cannotSign = isConfirmer && mustBeSigned && signer === null;
  return (
    <>
      <SigningNotice error={confirm.error ?? withdraw.error} />
      {cannotSign ? <p className="hint">{text.noPasskey}</p> : null}
      <p className="row near no-print">
        {isConfirmer && !cannotSign ? (
          <Button look="primary" icon="done" busy={confirm.isPending} onClick={() => confirm.mutate()}>
            {mustBeSigned ? text.confirmSigned : text.confirm}
          </Button>
        ) : null}
        {may(session, 'widening.withdraw') ? (
          <Button busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {text.withdraw}
          </Button>
        ) : null}
      </p>
    </>
  );
}

/** @throws PasskeyProblem, ApiProblem */
function signConfirmation(
  { tenant, id }: ControlsWidening,
  signer: Signer,
  person: string,
): Promise<Widening> {
  const path = { slug: tenant, id };
  return SigningPages.open([signer.at], async (pages) => {
    const { statement, controls } = await unwrap(
      api.GET('/api/v1/tenants/{slug}/widenings/{id}/statement', { params: { path } }),
    );
    const ownStatement = await buildWidening(
      { tenant, widening: id, person, controls },
      statement as WideningStatement,
    );
    const countersignature = await pages.sign(ownStatement, signer, { controls });
    return unwrap(
      api.POST('/api/v1/tenants/{slug}/widenings/{id}/confirmation', {
        params: { path },
        body: { countersignature },
      }),
    );
  });
}

const reload = (slug: string): Promise<unknown> =>
  invalidate(['widenings', slug], ['controls', slug], ['people', slug]);
