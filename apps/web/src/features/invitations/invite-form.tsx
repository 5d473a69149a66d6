import type { Service } from '@countersign/api';
import { type ScopeEntry, toInstant } from '@countersign/contract';
import { durationText, scopeWords, tickedScope } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { controlsQuery, useOrganisation } from '../../api/organisation.js';
import { servicesQuery } from '../../api/requests.js';
import { trustQuery } from '../../api/trust.js';
import { SigningNotice, useSigner } from '../../passkey/signing-ui.js';
import { instantOfLocal, localText, readerZone } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { HiddenFieldsChoice, useHiddenFields } from '../ask/hidden-fields-choice.js';
import { Offerings } from '../ask/offerings.js';
import { ServiceField } from '../ask/service-field.js';
import { invitationsTexts } from './invitations.text.js';
import { noRepeats, type RepeatsDraft, RepeatsFields, recurrenceOf } from './repeats.js';
import { useInvite, useLongestDuration } from './use-invite.js';

const DAY_MS = 86_400_000;
const WEEKS_AHEAD = 28 * DAY_MS;

/** The later of the entered time and the one so far ahead, as a `datetime-local` field holds it. Such texts compare as times. */
const laterOf = (entered: string, aheadMs: number): string => {
  const ahead = localText(Date.now() + aheadMs);
  return entered > ahead ? entered : ahead;
};

interface Draft {
  service: string;
  ticked: ReadonlySet<string>;
  objects: string;
  ticket: string;
  until: string;
  /** The longest time that one access may last; empty for the longest that the policies allow. */
  minutes: string;
  uses: string;
  /** E-mail addresses, separated by commas. */
  engineers: string;
  /** Requests may ask that hidden fields are shown. */
  unmasked: boolean;
  times: RepeatsDraft;
}

const emptyDraft = (): Draft => ({
  service: '',
  ticked: new Set(),
  objects: '',
  ticket: '',
  until: localText(Date.now() + 3 * DAY_MS),
  minutes: '',
  uses: '',
  engineers: '',
  unmasked: false,
  times: noRepeats(),
});

/** What the invitation opens, and until when; null while the form does not say all of it. */
function accessOf(draft: Draft, service: string, hasHidden: boolean) {
  const scope = tickedScope(draft);
  const recurs = draft.times.repeats ? recurrenceOf(draft.times) : undefined;
  if (scope.length === 0 || draft.until === '' || recurs === null) return null;
  return {
    ...{ service, scope, until: toInstant(new Date(instantOfLocal(draft.until))) },
    ...(recurs === undefined ? {} : { recurs }),
    ...(draft.unmasked && hasHidden ? { unmasked: true as const } : {}),
  };
}

/** For which ticket, how often and for whom; without what the form leaves open. */
function limitsOf(draft: Draft) {
  const ticket = draft.ticket.trim();
  const engineers = draft.engineers.split(',').flatMap((each) => each.trim() || []);
  return {
    ...(ticket === '' ? {} : { ticket }),
    ...(draft.uses.trim() === '' ? {} : { uses: Number(draft.uses) }),
    ...(engineers.length === 0 ? {} : { requesters: engineers }),
  };
}

export function InviteForm({ slug }: { slug: string }) {
  const text = useText(invitationsTexts);
  const language = useLanguage();
  const services = useQuery(servicesQuery).data?.items ?? [];
  const [draft, setDraft] = useState(emptyDraft);
  const change = (some: Partial<Draft>) => setDraft((present) => ({ ...present, ...some }));
  const service = services.find(({ name }) => name === draft.service) ?? services[0];
  const scope = tickedScope(draft);
  const hidden = useHiddenFields(service, scope);
  const inviteAccess = service === undefined ? null : accessOf(draft, service.name, hidden !== null);
  const allowed = useLongestDuration(slug, inviteAccess);
  const longest = draft.minutes.trim() === '' ? allowed.data : Math.round(Number(draft.minutes) * 60);
  const isReady = inviteAccess !== null && longest !== undefined && longest >= 60;
  const { mustSign, signer } = useInvitationSigner(slug, scope);
  const invite = useInvite(slug, mustSign ? (signer ?? null) : null, () =>
    change({ ticked: new Set(), objects: '', ticket: '', unmasked: false }),
  );
  return (
    <form
      className="sheet stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) invite.mutate({ ...inviteAccess, longest, ...limitsOf(draft) });
      }}
    >
      <ScopeFields draft={draft} services={services} service={service} hidden={hidden} onChange={change} />
      <LimitFields draft={draft} allowed={allowed.data} onChange={change} />
      <RepeatsFields
        draft={draft.times}
        onChange={(some) => {
          const times = { ...draft.times, ...some };
          // In the few days that are proposed at first, most weekly times do not come.
          const until = some.repeats === true ? laterOf(draft.until, WEEKS_AHEAD) : draft.until;
          change({ times, until });
        }}
      />
      <SigningNotice error={invite.error ?? allowed.error} />
      {isReady ? <p>{text.eachTime(durationText(longest, language))}</p> : null}
      {mustSign ? <p className="hint">{signer === null ? text.noPasskey : text.signs}</p> : null}
      <p>
        <Button
          type="submit"
          look="primary"
          icon="open"
          busy={invite.isPending}
          disabled={!isReady || (mustSign && !signer)}
        >
          {isReady ? text.submit(scopeWords(scope, language), draft.ticket.trim()) : text.submitEmpty}
        </Button>
      </p>
      <p role="status">{invite.isSuccess ? text.sent : ''}</p>
    </form>
  );
}

/** Whether the invitation must be signed, and what the reader signs it with. */
function useInvitationSigner(slug: string, scope: readonly ScopeEntry[]) {
  const trust = useQuery(trustQuery(slug)).data;
  const controls = useQuery(controlsQuery(slug)).data;
  const needsPasskey = scope.some(({ actions }) =>
    actions.some((action) => controls?.countersign.includes(action)),
  );
  return { mustSign: trust?.claimed === true || needsPasskey, signer: useSigner(slug, true) };
}

/** What the invitation opens: some actions of one service, with or without its hidden fields. */
function ScopeFields({
  draft,
  services,
  service,
  hidden,
  onChange,
}: {
  draft: Draft;
  services: readonly Service[];
  /** The chosen service; undefined while the services load. */
  service: Service | undefined;
  hidden: ReturnType<typeof useHiddenFields>;
  onChange: (change: Partial<Draft>) => void;
}) {
  const text = useText(invitationsTexts);
  const organisation = useOrganisation();
  return (
    <>
      <ServiceField
        label={text.service}
        services={services}
        value={service?.name ?? ''}
        onChange={(name) => onChange({ service: name, ticked: new Set() })}
      />
      {service === undefined ? null : (
        <Offerings
          legend={text.support(organisation.vendor)}
          service={service}
          draft={draft}
          onChange={onChange}
        />
      )}
      <HiddenFieldsChoice
        hidden={hidden}
        label={text.unmasked}
        checked={draft.unmasked}
        onChange={(unmasked) => onChange({ unmasked })}
      />
    </>
  );
}

function LimitFields({
  draft,
  allowed,
  onChange,
}: {
  draft: Draft;
  /** The longest time that the policies allow, in seconds; undefined while it loads. */
  allowed: number | undefined;
  onChange: (change: Partial<Draft>) => void;
}) {
  const text = useText(invitationsTexts);
  const language = useLanguage();
  return (
    <div className="choices">
      <TextField
        label={text.ticket}
        hint={text.ticketHint}
        value={draft.ticket}
        maxLength={256}
        autoComplete="off"
        onChange={(event) => onChange({ ticket: event.target.value })}
      />
      <TextField
        label={text.until}
        hint={text.untilHint(readerZone())}
        type="datetime-local"
        required
        value={draft.until}
        min={localText(Date.now())}
        max={localText(Date.now() + 90 * DAY_MS)}
        onChange={(event) => onChange({ until: event.target.value })}
      />
      <TextField
        label={text.longest}
        hint={allowed === undefined ? text.longestHint : text.longestMost(durationText(allowed, language))}
        type="number"
        min={1}
        max={allowed === undefined ? undefined : Math.floor(allowed / 60)}
        value={draft.minutes}
        onChange={(event) => onChange({ minutes: event.target.value })}
      />
      <TextField
        label={text.uses}
        hint={text.usesHint}
        type="number"
        min={1}
        value={draft.uses}
        onChange={(event) => onChange({ uses: event.target.value })}
      />
      <TextField
        label={text.engineers}
        hint={text.engineersHint}
        value={draft.engineers}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => onChange({ engineers: event.target.value })}
      />
    </div>
  );
}
