import type { Needs } from '@countersign/api';
import { howApprovedText, needReasonText } from '@countersign/wording';
import { useReaderSide } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { RiskBadge } from '../../ui/badge.js';
import { Help } from '../../ui/help.js';
import { decisionTexts } from './decision.text.js';

/** The risk of a request and why: what it touches, and how the customer's controls rate its actions. */
export function RiskReasons({ needs: { impact } }: { needs: Needs }) {
  const text = useText(decisionTexts);
  const side = useReaderSide();
  const language = useLanguage();
  return (
    <div className="stack near">
      <p>
        <RiskBadge impact={impact} /> <Help about="risk" word={text.risk} />
      </p>
      {impact.reasons.map((reason) => (
        <p key={reason.code}>{needReasonText(reason, side, language)}</p>
      ))}
    </div>
  );
}

/** How the customer approves it, and why so. It says nothing about the risk. */
export function HowApproved({ needs: { customer } }: { needs: Needs }) {
  const side = useReaderSide();
  const language = useLanguage();
  const { required, channels, reasons = [] } = customer;
  return (
    <div className="stack near">
      {required === 0 || channels.length === 0 ? null : (
        <p className="strong">{howApprovedText(customer, language)}</p>
      )}
      {reasons.map((reason) => (
        <p key={reason.code}>{needReasonText(reason, side, language)}</p>
      ))}
    </div>
  );
}
