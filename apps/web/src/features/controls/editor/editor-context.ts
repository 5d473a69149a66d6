import { createContext, useContext } from 'react';
import type { Json, JsonObject, Path } from './document.js';
import type { EditorText } from './editor.text.js';
import type { Fault } from './faults.js';
import { faultsWithin } from './faults.js';
import type { ChoiceSource } from './fields.js';
import type { Writer } from './sentences.js';

/** The state and the functions that all controls of the editor share. */
export interface Editor {
  document: JsonObject;
  /** Sets the value at one place; undefined removes the member. */
  set(path: Path, value: Json | undefined): void;
  faults: readonly Fault[];
  choices(source: ChoiceSource): readonly string[];
  writer: Writer;
  mayChange: boolean;
  text: EditorText;
  /** Announces to screen readers what has just changed elsewhere on the page. */
  announce(message: string): void;
}

/** Provided by the editor, and read with `useEditor`. */
export const EditorContext = createContext<Editor | null>(null);

/** The editor around this component. @throws Error outside an editor */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === null) throw new Error('a control of the editor needs its context');
  return editor;
}

/** A fault as the page shows it: the broker's words if there are any, else the page's own, and its code. */
export const faultText = ({ code, detail }: Fault, { faults }: Pick<EditorText, 'faults'>): string =>
  `${detail ?? faults[code] ?? ''} (${code})`;

/** The first fault at this place, in words; null if there is none. */
export function useFault(path: Path): string | null {
  const { faults, text } = useEditor();
  const [fault] = faultsWithin(faults, path);
  return fault === undefined ? null : faultText(fault, text);
}
