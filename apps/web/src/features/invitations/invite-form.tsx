import { toInstant } from '@countersign/contract';
import { durationText, scopeWords, tickedScope } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { controlsQuery, useOrganisation } from '../../api/organisation.js';
import { servicesQuery } from '../../api/requests.js';
import { trustQuery } from '../../api/trust.js';
import { SigningNotice, useSigner } from '../../passkey/signing-ui.js';
import { localText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { Offerings } from '../ask/offerings.js';
import { invitationsTexts } from './invitations.text.js';
import { useInvite, useLongestDuration } from './use-invite.js';

const DAY_MS = 86_400_000;

export function InviteForm({ slug }: { slug: string }) {
  const text = useText(invitationsTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  const services = useQuery(servicesQuery).data?.items ?? [];
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState({ ticked: new Set<string>() as ReadonlySet<string>, objects: '' });
  const [ticket, setTicket] = useState('');
  const [until, setUntil] = useState(() => localText(Date.now() + 3 * DAY_MS));
  const [uses, setUses] = useState('');
  const service = services.find((each) => each.name === name) ?? services[0];
  const scope = tickedScope(chosen);
  const asked =
    service === undefined || scope.length === 0 || until === ''
      ? null
      : { service: service.name, scope, until: toInstant(new Date(until)) };
  const [minutes, setMinutes] = useState('');
  const most = useLongestDuration(slug, asked);
  const longest = minutes.trim() === '' ? most.data : Math.round(Number(minutes) * 60);
  const isReady = asked !== null && longest !== undefined && longest >= 60;
  const trust = useQuery(trustQuery(slug)).data;
  const controls = useQuery(controlsQuery(slug)).data;
  const isListed = scope.some(({ actions }) =>
    actions.some((action) => controls?.countersign.includes(action)),
  );
  const mustSign = trust?.claimed === true || isListed;
  const signer = useSigner(slug, true);
  const invite = useInvite(slug, mustSign ? (signer ?? null) : null, () => {
    setChosen({ ticked: new Set(), objects: '' });
    setTicket('');
  });
  return (
    <form
      className="sheet stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isReady) return;
        invite.mutate({
          ...asked,
          longest,
          ...(ticket.trim() === '' ? {} : { ticket: ticket.trim() }),
          ...(uses.trim() === '' ? {} : { uses: Number(uses) }),
        });
      }}
    >
      {services.length < 2 ? null : (
        <SelectField
          label={text.service}
          value={service?.name ?? ''}
          onChange={(event) => {
            setName(event.target.value);
            setChosen({ ...chosen, ticked: new Set() });
          }}
        >
          {services.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </SelectField>
      )}
      {service === undefined ? null : (
        <Offerings
          legend={text.support(organisation.vendor)}
          service={service}
          draft={chosen}
          onChange={(change) => setChosen({ ...chosen, ...change })}
        />
      )}
      <div className="choices">
        <TextField
          label={text.ticket}
          hint={text.ticketHint}
          value={ticket}
          maxLength={256}
          autoComplete="off"
          onChange={(event) => setTicket(event.target.value)}
        />
        <TextField
          label={text.until}
          hint={text.untilHint(Intl.DateTimeFormat().resolvedOptions().timeZone)}
          type="datetime-local"
          required
          value={until}
          min={localText(Date.now())}
          max={localText(Date.now() + 90 * DAY_MS)}
          onChange={(event) => setUntil(event.target.value)}
        />
        <TextField
          label={text.longest}
          hint={
            most.data === undefined ? text.longestHint : text.longestMost(durationText(most.data, language))
          }
          type="number"
          min={1}
          max={most.data === undefined ? undefined : Math.floor(most.data / 60)}
          value={minutes}
          onChange={(event) => setMinutes(event.target.value)}
        />
        <TextField
          label={text.uses}
          hint={text.usesHint}
          type="number"
          min={1}
          value={uses}
          onChange={(event) => setUses(event.target.value)}
        />
      </div>
      <SigningNotice error={invite.error ?? most.error} />
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
          {isReady ? text.submit(scopeWords(scope, language), ticket.trim()) : text.submitEmpty}
        </Button>
      </p>
      <p role="status">{invite.isSuccess ? text.sent : ''}</p>
    </form>
  );
}
