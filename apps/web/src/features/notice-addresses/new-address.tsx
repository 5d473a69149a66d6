import type { NoticeTopic } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Choice, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { noticeAddressTexts } from './notice-addresses.text.js';

/** Adds an address, to which the broker mails a code. */
export function NewAddress({ slug }: { slug: string }) {
  const text = useText(noticeAddressTexts);
  const [address, setAddress] = useState('');
  const [topics, setTopics] = useState<readonly NoticeTopic[]>(['emergency', 'demand']);
  const add = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/tenants/{slug}/notice-addresses', {
          params: { path: { slug } },
          body: { address, topics: [...topics] },
        }),
      ),
    onSuccess: () => {
      setAddress('');
      return invalidate(['notice-addresses']);
    },
  });
  return (
    <form
      className="stack near"
      aria-labelledby="new-address"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <h2 id="new-address">{text.add}</h2>
      <p className="soft">{text.addLead}</p>
      <TextField
        label={text.address}
        type="email"
        required
        value={address}
        onChange={(event) => setAddress(event.target.value)}
      />
      <TopicChoices topics={topics} onChange={setTopics} />
      {add.error === null ? null : <ProblemNotice error={add.error} />}
      {add.data?.sent === false ? (
        <Notice tone="stop" icon="alert" live>
          <p>{text.notSent}</p>
        </Notice>
      ) : null}
      <p>
        <Button type="submit" look="primary" busy={add.isPending}>
          {text.addButton}
        </Button>
      </p>
    </form>
  );
}

/** What the address is notified of. */
function TopicChoices({
  topics,
  onChange,
}: {
  topics: readonly NoticeTopic[];
  onChange: (topics: readonly NoticeTopic[]) => void;
}) {
  const text = useText(noticeAddressTexts);
  const toggle = (topic: NoticeTopic, isChosen: boolean) =>
    onChange(isChosen ? [...topics, topic] : topics.filter((each) => each !== topic));
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.topicsLabel}</legend>
      {(Object.keys(text.topics) as NoticeTopic[]).map((topic) => (
        <Choice
          key={topic}
          type="checkbox"
          checked={topics.includes(topic)}
          onChange={(event) => toggle(topic, event.target.checked)}
        >
          {text.topics[topic]}
        </Choice>
      ))}
    </fieldset>
  );
}
