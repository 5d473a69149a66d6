import { faultTexts } from '../../log/fault.text.js';
import type { Fault } from '../../log/verify-log.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { proofTexts } from './proof.text.js';

/** Shows a fault of a log: its name, its leaf, and the verifier's message. An unknown event is no fault, and has its own look. */
export function FaultNotice({ fault, title }: { fault: Fault; title?: string }) {
  const text = useText(proofTexts);
  const words = useText(faultTexts);
  const language = useLanguage();
  const isUnknown = fault.code === 'unknown_event';
  return (
    <Notice tone={isUnknown ? 'wait' : 'stop'} icon={isUnknown ? 'wait' : 'alert'} live>
      <p className="strong">{isUnknown ? words.unknown : (title ?? words.failed)}</p>
      <p>
        {words.codes[fault.code]}
        {fault.index === null || isUnknown ? null : ` ${words.atLeaf(numberText(fault.index, language))}`}
      </p>
      <p className="small soft" lang="en">
        {text.detail}: <code>{fault.code}</code> {fault.detail}
      </p>
    </Notice>
  );
}
