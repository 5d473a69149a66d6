import type { Service } from '@countersign/api';
import { isZone } from '@countersign/contract';
import { useState } from 'react';
import type { Controls } from '../../../api/organisation.js';
import { useLanguage, useText } from '../../../text/language.js';
import { Notice } from '../../../ui/badge.js';
import { Button } from '../../../ui/button.js';
import { ControlSections } from './control-sections.js';
import { normalized, withValue } from './document.js';
import { editorTexts } from './editor.text.js';
import { type Editor, EditorContext, useEditor } from './editor-context.js';
import { findFaults } from './faults.js';
import { focusFirst } from './focus.js';
import { JsonTab } from './json-tab.js';
import { Review } from './review.js';
import { SaveBar } from './save-bar.js';
import { writerFor } from './sentences.js';
import { Tabs } from './tabs.js';
import { useChoices } from './use-choices.js';
import { useControlsDraft, withDocument, withoutText, withText } from './use-draft.js';
import { faultsOf, usePreview } from './use-preview.js';

type Tab = 'fields' | 'json';

/** Edits all privacy controls: with a control for each member, or as JSON. Both show the same draft. */
export function ControlsEditor({
  slug,
  controls,
  services,
  mayChange,
}: {
  slug: string;
  controls: Controls;
  services: readonly Service[];
  mayChange: boolean;
}) {
  const text = useText(editorTexts);
  const language = useLanguage();
  const [tab, setTab] = useState<Tab>('fields');
  const [message, setMessage] = useState('');
  const edit = useControlsDraft(slug, controls);
  const { draft } = edit;
  const { document } = draft;
  const own = draft.textProblem === null ? findFaults(normalized(document)) : [];
  const isTriable = edit.isEdited && draft.textProblem === null && own.length === 0;
  const preview = usePreview(slug, edit.version, isTriable ? document : null);
  const ofSave = faultsOf(edit.save.error);
  const faults = [...own, ...(ofSave.length > 0 ? ofSave : preview.faults)];
  const zone = document['zone'];
  const editor: Editor = {
    ...{ document, faults, mayChange, text },
    set: (path, value) =>
      edit.change((before) => withDocument(before, withValue(before.document, path, value))),
    choices: useChoices(slug, services, document),
    writer: writerFor(language, typeof zone === 'string' && isZone(zone) ? zone : 'UTC', text.choices),
    announce: setMessage,
  };
  return (
    <EditorContext value={editor}>
      {/* No form: only the button saves. Enter in a field would save a change that is half made, and end access. */}
      <div className="stack loose controls-editor">
        <Tabs
          label={text.tabs.label}
          tabs={{ fields: text.tabs.fields, json: text.tabs.json }}
          selected={tab}
          onSelect={setTab}
        >
          {tab === 'json' ? (
            <JsonTab draft={draft} onType={(typed) => edit.change((before) => withText(before, typed))} />
          ) : (
            <FieldsTab services={services} edit={edit} onShowJson={() => setTab('json')} />
          )}
        </Tabs>
        <p className="visually-hidden" role="status">
          {message}
        </p>
        {edit.isEdited || faults.length > 0 ? (
          <Review slug={slug} edit={edit} preview={preview} onShow={() => setTab('fields')} />
        ) : null}
        {mayChange ? (
          <SaveBar {...{ edit, preview, slug }} isInvalid={draft.textProblem !== null || own.length > 0} />
        ) : null}
      </div>
    </EditorContext>
  );
}

/** A control for each member of the privacy controls. They are locked while the text in the other tab is not valid JSON. */
function FieldsTab({
  services,
  edit,
  onShowJson,
}: {
  services: readonly Service[];
  edit: ReturnType<typeof useControlsDraft>;
  onShowJson: () => void;
}) {
  const { text, mayChange } = useEditor();
  const isJsonWrong = edit.draft.textProblem !== null;
  return (
    <>
      {isJsonWrong ? (
        <JsonWaits
          onShow={() => {
            onShowJson();
            focusFirst('.controls-editor textarea');
          }}
          onDrop={() => {
            edit.change(withoutText);
            focusFirst('[role="tab"][aria-selected="true"]');
          }}
        />
      ) : null}
      <fieldset disabled={!mayChange || isJsonWrong}>
        <legend className="visually-hidden">{text.tabs.fields}</legend>
        <ControlSections services={services} />
      </fieldset>
    </>
  );
}

/** Shown above the controls while the text of the other tab is no JSON: it has to be corrected or dropped first. */
function JsonWaits({ onShow, onDrop }: { onShow: () => void; onDrop: () => void }) {
  const text = useText(editorTexts);
  return (
    <Notice tone="wait" icon="alert">
      <p>{text.jsonWaits}</p>
      <p className="row near">
        <Button small onClick={onShow}>
          {text.toJson}
        </Button>
        <Button small onClick={onDrop}>
          {text.dropJson}
        </Button>
      </p>
    </Notice>
  );
}
