import type { Service } from '@countersign/api';
import { hiddenFields, type ScopeEntry } from '@countersign/contract';
import { hiddenFieldsText } from '@countersign/wording';
import { useLanguage } from '../../text/language.js';
import { Choice } from '../../ui/field.js';

/** Says which fields of the chosen routes are hidden, and offers to show them in full. Nothing if none are. */
export function HiddenFieldsChoice({
  hidden,
  label,
  checked,
  onChange,
}: {
  /** As `useHiddenFields` says it. */
  hidden: string | null;
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  if (hidden === null) return null;
  return (
    <div className="stack near">
      <p className="hint">{hidden}</p>
      <Choice type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)}>
        {label}
      </Choice>
    </div>
  );
}

/** One sentence about the fields that the service hides in this scope; null if it hides none. */
export function useHiddenFields(
  service: Service | undefined,
  scope: readonly ScopeEntry[],
  terms: { unmasked?: true } = {},
): string | null {
  const language = useLanguage();
  return hiddenFieldsText(hiddenFields(service?.routes ?? [], scope), terms, language);
}
