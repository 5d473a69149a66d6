import { Fragment, useState } from 'react';
import { useText } from '../text/language.js';
import { Button } from './button.js';
import { Icon } from './icon.js';
import { copyTexts } from './ui.text.js';

function useCopy(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The browser forbids it. The reader can still select the text.
      () => setCopied(false),
    );
  return [copied, copy];
}

/** An id that one press copies. */
export function CopyId({ id }: { id: string }) {
  const text = useText(copyTexts);
  const [copied, copy] = useCopy(id);
  return (
    <button type="button" className="copy" onClick={copy} aria-label={text.copyId(id)}>
      {id}
      <Icon name={copied ? 'done' : 'copy'} />
      <span className="visually-hidden" aria-live="polite">
        {copied ? text.copied : ''}
      </span>
    </button>
  );
}

/** A command as text. A line ends only between two words: a break after the `--` of an option would look like a space. */
export function CommandWords({ children }: { children: string }) {
  return (
    <code className="command-words">
      {children.split(' ').map((word, index) => (
        // Words can repeat, so only their position identifies them.
        // biome-ignore lint/suspicious/noArrayIndexKey: the command never changes its order
        <Fragment key={index}>
          {index === 0 ? '' : ' '}
          <span>{word}</span>
        </Fragment>
      ))}
    </code>
  );
}

/** A command to paste into a terminal. */
export function Command({ children }: { children: string }) {
  const text = useText(copyTexts);
  const [copied, copy] = useCopy(children);
  return (
    <div className="command">
      <CommandWords>{children}</CommandWords>
      <Button small icon={copied ? 'done' : 'copy'} onClick={copy}>
        <span aria-live="polite">{copied ? text.copied : text.copy}</span>
      </Button>
    </div>
  );
}

/** A long text to compare or to type by hand, in groups of four characters. It is read and copied as one text. */
export function GroupedText({ text }: { text: string }) {
  const groups = text.match(/.{1,4}/g) ?? [];
  return (
    <p className="groups">
      {groups.map((group, index) => (
        // Groups can repeat, so only their position identifies them.
        // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes its order
        <span key={index}>{group}</span>
      ))}
    </p>
  );
}
