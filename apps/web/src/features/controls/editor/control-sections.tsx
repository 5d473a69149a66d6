import type { Service } from '@countersign/api';
import type { GlossaryWord } from '@countersign/wording';
import type { ReactNode } from 'react';
import { Choice } from '../../../ui/field.js';
import { Helped } from '../../../ui/help.js';
import { ActionLevels } from './action-levels.js';
import { isObject, valueAt } from './document.js';
import { useEditor } from './editor-context.js';
import { CONTROLS } from './fields.js';
import { ItemCards } from './item-cards.js';
import { MemberControl } from './member-control.js';

/** All controls, in sections by topic. */
export function ControlSections({ services }: { services: readonly Service[] }) {
  const { text, document, writer } = useEditor();
  const unknown = Object.keys(document).filter((name) => !Object.hasOwn(CONTROLS, name));
  return (
    <div className="stack loose">
      <Section title={text.general}>
        <div className="choices">
          <MemberControl field={CONTROLS.approvals} path={['approvals']} />
          <MemberControl field={CONTROLS.maxDuration} path={['maxDuration']} />
          <MemberControl field={CONTROLS.zone} path={['zone']} />
        </div>
      </Section>
      <ActionLevels services={services} />
      <Section title={text.fields.forbid.label} lead={text.forbidLead}>
        <ItemCards kind="forbid" field={CONTROLS.forbid} path={['forbid']} />
      </Section>
      <Section title={text.calls} lead={text.callsLead}>
        <MemberControl field={CONTROLS.requireGateway} path={['requireGateway']} />
        <MemberControl field={CONTROLS.keepMasked} path={['keepMasked']} />
      </Section>
      <Section title={text.fields.rules.label} lead={text.rulesLead}>
        <ItemCards kind="rules" field={CONTROLS.rules} path={['rules']} />
      </Section>
      <Section help="supervision" title={text.fields.supervision.label} lead={text.supervisionLead}>
        <ItemCards kind="supervision" field={CONTROLS.supervision} path={['supervision']} />
        <MemberControl field={CONTROLS.places} path={['places']} />
      </Section>
      <Section title={text.fields.deputies.label} lead={text.deputiesLead}>
        <ItemCards kind="deputies" field={CONTROLS.deputies} path={['deputies']} />
        <MemberControl field={CONTROLS.unnotified} path={['unnotified']} />
      </Section>
      <EmergencySection />
      <PracticeSection />
      <WideningSection />
      {unknown.length === 0 ? null : <p className="soft">{text.unknown(writer.and(unknown))}</p>}
    </div>
  );
}

/** A section with a heading and an introduction. */
export function Section({
  title,
  help,
  lead,
  children,
}: {
  title: string;
  /** The term in the title that a button explains. */
  help?: GlossaryWord;
  lead?: string;
  children: ReactNode;
}) {
  return (
    <section className="stack near">
      <Helped about={help} word={title}>
        <h2>{title}</h2>
      </Helped>
      {lead === undefined ? null : <p className="soft">{lead}</p>}
      {children}
    </section>
  );
}

/** What the vendor may open in an emergency. Without an entry, nothing. */
function EmergencySection() {
  const { text, document } = useEditor();
  const { allow, disclosureDue } = CONTROLS.emergency.members;
  const entries = valueAt(document, ['emergency', 'allow']);
  const isEmpty = !Array.isArray(entries) || entries.length === 0;
  return (
    <Section title={text.fields.emergency.label} lead={isEmpty ? text.emergencyNone : text.emergencyLead}>
      <ItemCards kind="emergency" field={allow} path={['emergency', 'allow']} />
      {isEmpty ? null : <MemberControl field={disclosureDue} path={['emergency', 'disclosureDue']} />}
    </Section>
  );
}

/** Whether and when approvers practise. If the member is absent, they practise once the tenant is claimed. */
function PracticeSection() {
  const { text, document, set } = useEditor();
  const { practice } = CONTROLS;
  const isOwn = isObject(valueAt(document, ['practice']));
  return (
    <Section title={text.fields.practice.label} lead={text.practiceLead}>
      {isOwn ? null : <p>{text.practiceDefault}</p>}
      <Choice
        type="checkbox"
        checked={isOwn}
        data-pointer="/practice"
        onChange={({ target }) => set(['practice'], target.checked ? practice.fresh : undefined)}
      >
        {text.practiceOwn}
      </Choice>
      {isOwn ? (
        <div className="inset stack near">
          <MemberControl field={practice.members.quarterly} path={['practice', 'quarterly']} />
          <MemberControl field={practice.members.hours} path={['practice', 'hours']} />
        </div>
      ) : null}
    </Section>
  );
}

function WideningSection() {
  const { text } = useEditor();
  const { delay, secondAdmin } = CONTROLS.widening.members;
  return (
    <Section title={text.fields.widening.label} lead={text.wideningLead}>
      <MemberControl field={delay} path={['widening', 'delay']} />
      <MemberControl field={secondAdmin} path={['widening', 'secondAdmin']} />
    </Section>
  );
}
