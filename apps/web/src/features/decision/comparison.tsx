import type { AccessRequest, Service } from '@countersign/api';
import { hiddenFields, type Language, parseDuration, type Terms } from '@countersign/contract';
import {
  durationText,
  entryWords,
  hiddenFieldsText,
  joinWithAnd,
  ruleWords,
  stagesText,
} from '@countersign/wording';
import type { ReactNode } from 'react';
import type { Controls } from '../../api/organisation.js';
import { bytesText, numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { findApplicableControls } from './applicable-controls.js';
import { type DecisionText, decisionTexts } from './decision.text.js';

interface Row {
  label: string;
  asked: ReactNode;
  allowed: ReactNode;
  granting: ReactNode;
  /** What was asked when the reader opened the page; null if that has not changed. */
  was: string | null;
  isLess: boolean;
}

interface Compared {
  request: AccessRequest;
  termsAtFirstView: Terms;
  granting: Terms;
  controls: Controls | undefined;
  service: Service | undefined;
  /** Whether the reader can decide now. */
  decides: boolean;
}

/**
 * What was asked and, while someone can decide, what is allowed and about to be granted, side by side. The vendor's reviewers do not
 * see a customer's controls.
 */
export function Comparison(
  props: Compared & {
    /** The heading of the third column. Null leaves the column out. */
    grantingLabel: string | null;
  },
) {
  const text = useText(decisionTexts);
  const rows = useRows(props);
  const { controls, grantingLabel } = props;
  return (
    <table className="grid-table compare">
      <caption className="visually-hidden">{text.compare}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{text.asked}</th>
          {controls === undefined ? null : <th scope="col">{text.allowed}</th>}
          {grantingLabel === null ? null : <th scope="col">{grantingLabel}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, asked, allowed, granting, was, isLess }) => (
          <tr key={label} data-changed={was !== null || undefined}>
            <th scope="row">{label}</th>
            <td data-label={text.asked}>
              <div>
                {asked}
                {was === null ? null : <p className="was">{text.was(was)}</p>}
              </div>
            </td>
            {controls === undefined ? null : (
              <td data-label={text.allowed}>
                <div>{allowed}</div>
              </td>
            )}
            {grantingLabel === null ? null : (
              <td data-label={grantingLabel} className="granting">
                <div>
                  {granting}
                  {isLess ? <p className="less">{text.less}</p> : null}
                </div>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function useRows({ request, termsAtFirstView, granting, controls, service, decides }: Compared): Row[] {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const terms = request.terms as Terms;
  const row = (
    label: string,
    words: (of: Terms) => string,
    allowed: ReactNode,
    { asList = false } = {},
  ): Row => {
    const show = (of: Terms) => (asList ? <Entries terms={of} /> : words(of));
    return {
      label,
      asked: show(terms),
      allowed,
      granting: show(granting),
      was: words(termsAtFirstView) === words(terms) ? null : words(termsAtFirstView),
      isLess: words(granting) !== words(terms),
    };
  };
  const phrases = (of: Terms) =>
    joinWithAnd(
      of.scope.map((entry) => entryWords(entry, language)),
      language,
    );
  const hidden = (of: Terms) => hiddenFieldsText(hiddenFields(service?.routes ?? [], of.scope), of, language);
  return [
    row(
      text.what,
      phrases,
      controls === undefined ? null : (
        <Allowed terms={terms} controls={controls} mustBeSigned={request.needs.customer.countersignature} />
      ),
      { asList: true },
    ),
    row(
      text.howLong,
      ({ seconds }) => durationText(seconds, language),
      controls === undefined ? null : maxDurationText(controls, text, language),
    ),
    ...([terms, termsAtFirstView, granting].every(({ budget }) => budget === undefined)
      ? []
      : [row(text.budget, (of) => budgetWords(of, text, language), text.noBudget)]),
    ...([terms, granting].every((of) => hidden(of) === null)
      ? []
      : [
          row(
            text.hiddenFields,
            (of) => hidden(of) ?? '–',
            controls?.keepMasked === true ? text.staysHidden : text.hiddenByDefault,
          ),
        ]),
    decidedByRow(request, decides, text, language),
  ];
}

/** How many people have approved, how many must, and how many remain after the reader's approval. */
function decidedByRow(
  { state, needs }: AccessRequest,
  decides: boolean,
  text: DecisionText,
  language: Language,
): Row {
  const isVendorTurn = state === 'awaiting_vendor';
  const { approved, required } = isVendorTurn ? needs.vendor : needs.customer;
  const { stages = [] } = needs.customer;
  const counted = text.approvals(approved, required);
  const remainingAfterThis = Math.max(0, required - approved - 1);
  return {
    label: text.decidedBy,
    asked: isVendorTurn || stages.length === 0 ? counted : `${counted}: ${stagesText(stages, language)}`,
    allowed: text.approvalsNeeded(required),
    granting: !decides
      ? '–'
      : isVendorTurn && remainingAfterThis === 0
        ? text.thenCustomer
        : text.afterYours(remainingAfterThis),
    was: null,
    isLess: false,
  };
}

/** The longest time that the customer's controls allow. */
const maxDurationText = ({ maxDuration }: Controls, text: DecisionText, language: Language): string =>
  maxDuration === null
    ? text.vendorsLimit
    : text.upTo(durationText(parseDuration(maxDuration) ?? 0, language));

function Entries({ terms }: { terms: Terms }) {
  const language = useLanguage();
  return (
    <ul className="plain-list tight">
      {terms.scope.map((entry) => (
        <li key={entry.resource}>{entryWords(entry, language)}</li>
      ))}
    </ul>
  );
}

/** The tenant's controls for the actions and resources that were asked for. */
function Allowed({
  terms,
  controls,
  mustBeSigned,
}: {
  terms: Terms;
  controls: Controls;
  mustBeSigned: boolean;
}) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const { levels, forbidden } = findApplicableControls(terms, controls, mustBeSigned);
  const lines = [
    ...(levels.low.length === 0 ? [] : [text.inSlack(joinWithAnd(levels.low, language))]),
    ...(levels.medium.length === 0 ? [] : [text.otherwise(joinWithAnd(levels.medium, language))]),
    ...(levels.high.length === 0 ? [] : [text.signed(joinWithAnd(levels.high, language))]),
    ...forbidden.map((rule) => text.forbids(ruleWords(rule, language))),
  ];
  return (
    <ul className="plain-list tight">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function budgetWords({ budget }: Terms, text: DecisionText, language: Language): string {
  const { calls, bytes } = budget ?? {};
  const parts = [
    ...(calls === undefined ? [] : [text.calls(numberText(calls, language))]),
    ...(bytes === undefined ? [] : [text.bytes(bytesText(bytes, language))]),
  ];
  return parts.length === 0 ? text.noBudget : joinWithAnd(parts, language);
}
