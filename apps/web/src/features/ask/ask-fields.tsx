import { REASON_CODES } from '@countersign/contract';
import './ask.css';
import type { Service } from '@countersign/api';
import { durationText, tickedScope } from '@countersign/wording';
import { type ReactNode, useState } from 'react';
import { useLanguage, useText } from '../../text/language.js';
import { Choice, TextArea, TextField } from '../../ui/field.js';
import { reasonCodeTexts } from '../../ui/reason-codes.text.js';
import { askTexts } from './ask.text.js';
import type { Draft } from './draft.js';
import { HiddenFieldsChoice, useHiddenFields } from './hidden-fields-choice.js';
import { Offerings } from './offerings.js';
import { ServiceField } from './service-field.js';
import { StartFields } from './start-fields.js';

/** What a request has besides its customer: the service, the scope, for how long and why. */
export function AskFields({
  draft,
  services,
  onChange,
  whyHint,
  withStart = false,
  children,
}: {
  draft: Draft;
  services: readonly Service[];
  onChange: (change: Partial<Draft>) => void;
  /** Replaces the hint below the reason. */
  whyHint?: string;
  /** Whether the form has when access begins, and a budget. */
  withStart?: boolean;
  /** The field for the customer, or for several. */
  children: ReactNode;
}) {
  const text = useText(askTexts);
  const service = services.find(({ name }) => name === draft.service);
  const shown = draft.unmasked === true ? { unmasked: true as const } : {};
  const hidden = useHiddenFields(service, tickedScope(draft), shown);
  return (
    <div className="stack loose">
      {children}
      <ServiceField
        label={text.service}
        services={services}
        value={draft.service}
        onChange={(name) => onChange({ service: name, ticked: new Set() })}
      />
      {service === undefined ? null : (
        <Offerings legend={text.what} service={service} draft={draft} onChange={onChange} />
      )}
      <HiddenFieldsChoice
        hidden={hidden}
        label={text.unmasked}
        checked={draft.unmasked === true}
        onChange={(unmasked) => onChange({ unmasked })}
      />
      <Duration minutes={draft.minutes} onChange={(minutes) => onChange({ minutes })} />
      {withStart ? <StartFields draft={draft} onChange={onChange} /> : null}
      <ReasonFields draft={draft} whyHint={whyHint} onChange={onChange} />
      {draft.demand === undefined ? (
        <div className="stack near">
          <Choice
            type="checkbox"
            checked={draft.emergency === true}
            onChange={({ target }) => onChange({ emergency: target.checked })}
          >
            {text.emergency}
          </Choice>
          {draft.emergency === true ? <p className="hint">{text.emergencyHint}</p> : null}
        </div>
      ) : null}
    </div>
  );
}

/** Why access is needed: in words, as a code, and by a ticket. */
function ReasonFields({
  draft,
  whyHint,
  onChange,
}: {
  draft: Draft;
  whyHint: string | undefined;
  onChange: (change: Partial<Draft>) => void;
}) {
  const text = useText(askTexts);
  const reasonCodes = useText(reasonCodeTexts);
  return (
    <>
      <TextArea
        label={text.why}
        hint={whyHint ?? text.whyHint}
        value={draft.justification}
        maxLength={4_000}
        required
        onChange={(event) => onChange({ justification: event.target.value })}
      />
      <TextField
        label={text.reasonCode}
        hint={text.reasonCodeHint}
        value={draft.reasonCode}
        maxLength={63}
        list="reason-codes"
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => onChange({ reasonCode: event.target.value })}
      />
      <datalist id="reason-codes">
        {REASON_CODES.map((code) => (
          <option key={code} value={code} label={reasonCodes[code]} />
        ))}
      </datalist>
      <TextField
        label={text.ticket}
        hint={text.ticketHint}
        value={draft.ticket}
        maxLength={256}
        autoComplete="off"
        onChange={(event) => onChange({ ticket: event.target.value })}
      />
    </>
  );
}

const USUAL_MINUTES = ['15', '30', '60'];

/** A choice of three usual durations or any other. */
function Duration({ minutes, onChange }: { minutes: string; onChange: (minutes: string) => void }) {
  const text = useText(askTexts);
  const language = useLanguage();
  const [isOther, setOther] = useState(!USUAL_MINUTES.includes(minutes));
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.howLong}</legend>
      <div className="choices short">
        {USUAL_MINUTES.map((usual) => (
          <Choice
            key={usual}
            type="radio"
            name="duration"
            checked={!isOther && minutes === usual}
            onChange={() => {
              setOther(false);
              onChange(usual);
            }}
          >
            {durationText(Number(usual) * 60, language)}
          </Choice>
        ))}
        <Choice type="radio" name="duration" checked={isOther} onChange={() => setOther(true)}>
          {text.otherTime}
        </Choice>
      </div>
      {isOther ? (
        <TextField
          label={text.minutes}
          inputMode="decimal"
          value={minutes}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : null}
    </fieldset>
  );
}
