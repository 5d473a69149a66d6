import type { GlossaryWord } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useLanguage, useText } from '../text/language.js';
import { helpTexts } from './ui.text.js';

/**
 * A button beside a term of Countersign that shows what the term means. The browser's own popover closes it by Escape, by a press
 * elsewhere and by the button, and gives the focus back.
 *
 * @param word the word as the page writes it, for the button's name
 */
export function Help({ about, word }: { about: GlossaryWord; word: string }) {
  const text = useText(helpTexts);
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <span className="help no-print">
      <button type="button" className="help-button" popoverTarget={id} aria-label={text.button(word)}>
        ?
      </button>
      <span
        id={id}
        popover="auto"
        className="help-note"
        onToggle={({ newState }) => setOpen(newState === 'open')}
      >
        {/* Screen readers read it aloud, because it fills after it has opened. */}
        <span role="status">{isOpen ? <Meaning about={about} /> : null}</span>
      </span>
    </span>
  );
}

/** A heading, or another part of a page, with the button for its word beside it. Without `about` it stays as it is. */
export function Helped({
  about,
  word,
  children,
}: {
  about: GlossaryWord | undefined;
  word: string;
  children: ReactNode;
}) {
  if (about === undefined) return children;
  return (
    <div className="row near helped">
      {children}
      <Help about={about} word={word} />
    </div>
  );
}

function Meaning({ about }: { about: GlossaryWord }) {
  const text = useText(helpTexts);
  const language = useLanguage();
  const { data, isError } = useQuery({
    queryKey: ['glossary'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await import('./glossary.js')).GLOSSARY,
  });
  if (isError) return text.failed;
  if (data === undefined) return text.loading;
  const { word, meaning } = data[language][about];
  return (
    <>
      <strong>{word}</strong>
      <span>{meaning}</span>
    </>
  );
}
