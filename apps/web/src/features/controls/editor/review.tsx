import type { PrivacyControlsTest } from '@countersign/api';
import { parseDuration } from '@countersign/contract';
import { durationText, refusalWords } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useNames, wideningsQuery } from '../../../api/organisation.js';
import { useLanguage } from '../../../text/language.js';
import { Notice } from '../../../ui/badge.js';
import { Button } from '../../../ui/button.js';
import { Link } from '../../../ui/link.js';
import { ProblemNotice } from '../../../ui/query-states.js';
import { differences } from './difference.js';
import { DifferenceList } from './difference-list.js';
import { memberLabel } from './difference-words.js';
import type { EditorText } from './editor.text.js';
import { faultText, useEditor } from './editor-context.js';
import { showPlace } from './focus.js';
import { PastRequests } from './past-requests.js';
import type { useControlsDraft } from './use-draft.js';
import type { Preview } from './use-preview.js';

/** What the draft changes, what saving it would do, and what it would have made of past requests. */
export function Review({
  slug,
  edit,
  preview,
  onShow,
}: {
  slug: string;
  edit: ReturnType<typeof useControlsDraft>;
  preview: Preview;
  /** Shows the controls, so that a place among them can take the focus. */
  onShow: () => void;
}) {
  const { text, faults, writer } = useEditor();
  const { base, document } = edit.draft;
  const { test } = preview;
  const changes = differences(base, document);
  return (
    <section className="review stack" aria-labelledby="review" aria-busy={preview.isPending}>
      <h2 id="review">{text.changes}</h2>
      {edit.overlap.length === 0 ? null : (
        <Notice tone="wait" icon="alert" live>
          <p>{text.both(writer.and(edit.overlap.map((name) => memberLabel(name, text))))}</p>
        </Notice>
      )}
      {faults.length === 0 ? null : (
        <Notice tone="stop" icon="alert">
          <p className="strong">{text.toProblems}</p>
          <ul className="bullets">
            {faults.map((fault) => (
              <li key={`${fault.pointer} ${fault.code} ${fault.detail}`}>
                <Button
                  small
                  look="plain"
                  onClick={() => {
                    onShow();
                    showPlace(fault.pointer);
                  }}
                >
                  {placeText(fault.pointer, text)}
                </Button>{' '}
                {faultText(fault, text)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <DifferenceList changes={changes} effects={effectsOf(test)} writer={writer} text={text} />
      <div className="stack" aria-live="polite">
        {preview.error === null ? null : <ProblemNotice error={preview.error} />}
        {preview.isPending ? <p className="soft">{text.checking}</p> : null}
        {test === undefined ? null : <Consequences slug={slug} change={test.change} />}
      </div>
      {test === undefined ? null : <PastRequests test={test} />}
    </section>
  );
}

/** `/rules/1/hours/0/to` as “Rules for some requests 2, Hours 1, To”. */
function placeText(pointer: string, text: EditorText): string {
  const parts: string[] = [];
  for (const step of pointer.split('/').slice(1)) {
    const last = parts.at(-1);
    if (/^\d+$/.test(step) && last !== undefined) parts[parts.length - 1] = `${last} ${Number(step) + 1}`;
    else parts.push(stepLabel(step, text));
  }
  return parts.join(', ') || text.elsewhere;
}

/** A member at any depth by the label of the control with its name. */
const stepLabel = (name: string, text: EditorText): string =>
  Object.hasOwn(text.fields, name) ? text.fields[name as keyof EditorText['fields']].label : name;

type Effects = Readonly<Record<string, PrivacyControlsTest['change']['members'][number]['effect']>>;

const effectsOf = (test: PrivacyControlsTest | undefined): Effects =>
  Object.fromEntries(test?.change.members.map(({ member, effect }) => [member, effect]) ?? []);

/** What happens at once, what waits, and which access ends. */
function Consequences({ slug, change }: { slug: string; change: PrivacyControlsTest['change'] }) {
  const { text, writer } = useEditor();
  const language = useLanguage();
  const waiting = useQuery(wideningsQuery(slug)).data?.items.filter(({ kind }) => kind === 'controls') ?? [];
  const has = (...effects: string[]) => change.members.some(({ effect }) => effects.includes(effect));
  const { waits, ends } = change;
  const needs =
    waits === null
      ? []
      : [
          ...(waits.delay === null
            ? []
            : [text.waitsDelay(durationText(parseDuration(waits.delay) ?? 0, language))]),
          ...(waits.secondAdmin ? [text.waitsAdmin] : []),
          ...(waits.signed ? [text.waitsSigned] : []),
        ];
  return (
    <>
      {has('narrows', 'both') ? (
        <Notice tone="plain" icon="closed">
          <p>
            <span className="strong">{text.narrowsAtOnce}</span>{' '}
            {ends.length === 0 ? text.endsNone : text.ends(ends.length)}
          </p>
          {ends.length === 0 ? null : <EndedAccess ends={ends} />}
        </Notice>
      ) : null}
      {has('widens', 'both') ? (
        <Notice tone="wait" icon={waits === null ? 'open' : 'wait'}>
          <p className="strong">{waits === null ? text.widensAtOnce : text.widensWaits(writer.and(needs))}</p>
          {waits !== null && waiting.length > 0 ? <p>{text.waitsAlready}</p> : null}
        </Notice>
      ) : null}
    </>
  );
}

function EndedAccess({ ends }: { ends: PrivacyControlsTest['change']['ends'] }) {
  const { text } = useEditor();
  const language = useLanguage();
  const name = useNames(ends.map(({ requester }) => requester));
  return (
    <ul className="bullets">
      {ends.map(({ grant, requester, service, refusals }) => (
        <li key={grant}>
          <Link to={`/grants/${grant}`}>{text.endsWhy(name(requester), service)}</Link>
          {': '}
          {refusals.map((refusal) => `${refusalWords(refusal, language)} (${refusal.code})`).join(' ')}
        </li>
      ))}
    </ul>
  );
}
