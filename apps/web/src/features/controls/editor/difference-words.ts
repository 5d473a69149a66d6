import { parseDuration } from '@countersign/contract';
import { durationText } from '@countersign/wording';
import type { Step } from './difference.js';
import type { Json } from './document.js';
import type { EditorText } from './editor.text.js';
import { CONTROLS, type Field, type Members } from './fields.js';
import { type SentenceKind, sentenceOf, type Writer } from './sentences.js';

/** The field of a member, or of a member inside one: `emergency.allow`. Undefined: the page does not know it. */
function fieldOf(name: string): Field | undefined {
  const [member = '', inside] = name.split('.');
  const field = own(CONTROLS, member);
  if (inside === undefined) return field;
  return field?.kind === 'object' ? own(field.members, inside) : undefined;
}

const own = (members: Members, name: string): Field | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

/** The label of a member. A member that the page does not know keeps its name. */
export function memberLabel(name: string, { fields }: EditorText): string {
  const field = fieldOf(name);
  return field === undefined ? name : fields[field.text].label;
}

/** A value of this member as a person reads it. */
export function valueText(name: string, value: Json | undefined, writer: Writer, text: EditorText): string {
  const field = fieldOf(name);
  if (value === undefined || value === null || value === '') return text.notSet;
  if (field?.kind === 'items') return sentenceOf(kindOf(name), value, writer, Object.keys(field.members));
  if (field?.kind === 'duration' && typeof value === 'string') {
    const seconds = parseDuration(value);
    return seconds === undefined ? value : durationText(seconds, writer.language);
  }
  if (typeof value === 'boolean') return value ? text.yes : text.no;
  return typeof value === 'string' ? writer.choice(value) : JSON.stringify(value);
}

const kindOf = (name: string): SentenceKind =>
  name === 'emergency.allow' ? 'emergency' : (name as SentenceKind);

/** A step in words: what is added or removed, or the values before and after. */
export function stepText(
  name: string,
  step: Step,
  writer: Writer,
  text: EditorText,
): { mark: string; before?: string; after?: string } {
  const words = (value: Json | undefined) => valueText(name, value, writer, text);
  switch (step.kind) {
    case 'moved':
      return { mark: text.step.moved };
    case 'added':
      return { mark: text.step.added, after: words(step.after) };
    case 'removed':
      return { mark: text.step.removed, before: words(step.before) };
    case 'changed':
      return { mark: text.step.changed, before: words(step.before), after: words(step.after) };
    case 'set':
      return { mark: '', before: words(step.before), after: words(step.after) };
  }
}
