import { useNames } from '../api/organisation.js';
import { instantText } from '../text/clock.js';
import { useLanguage, useText } from '../text/language.js';
import { erasedTexts } from './ui.text.js';

/** Stands where a text was that the tenant's admin has erased. `erased` is undefined if that is not known here. */
export function Erased({ erased }: { erased: { at: string; by: string } | undefined }) {
  const text = useText(erasedTexts);
  const language = useLanguage();
  const name = useNames(erased === undefined ? [] : [erased.by]);
  return (
    <span className="soft">
      {erased === undefined
        ? text.erased
        : text.erasedBy(instantText(erased.at, language, { seconds: false }), name(erased.by))}
    </span>
  );
}
