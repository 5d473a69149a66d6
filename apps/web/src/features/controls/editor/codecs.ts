import { formatDuration, parseDuration } from '@countersign/contract';
import { instantOfLocal, localText } from '../../../text/clock.js';
import type { Json } from './document.js';
import { type Field, VALID } from './fields.js';

/** Converts between a member's value and the text in its field. Text that is not a valid value yet is kept as text, so nothing is lost. */
interface TextCodec {
  read(value: Json | undefined): string;
  /** Undefined: the member is left out. */
  write(text: string): Json | undefined;
}

const textOf = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const plain: TextCodec = { read: textOf, write: (text) => text };

const number: TextCodec = {
  read: textOf,
  write: (text) => (/^-?\d{1,16}$/.test(text.trim()) ? Number(text) : text),
};

const SECONDS = { minutes: 60, hours: 3_600 } as const;

/** Six decimals are enough for every whole number of seconds. */
const DECIMALS = 1e6;

const duration = (unit: keyof typeof SECONDS): TextCodec => ({
  read(value) {
    const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
    if (seconds === undefined) return textOf(value);
    return String(Math.round((seconds / SECONDS[unit]) * DECIMALS) / DECIMALS);
  },
  write(text) {
    if (!/^\d+(?:[.,]\d*)?$/.test(text.trim())) return text;
    const seconds = Math.round(Number(text.trim().replace(',', '.')) * SECONDS[unit]);
    return Number.isSafeInteger(seconds) && seconds >= 1 ? formatDuration(seconds) : text;
  },
});

/** In the reader's time zone, to the minute. */
const instant: TextCodec = {
  read(value) {
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? textOf(value) : localText(at);
  },
  write(text) {
    const at = instantOfLocal(text);
    return Number.isNaN(at) ? text : new Date(at).toISOString().replace('.000Z', 'Z');
  },
};

/** The codec for a control. */
export function codecOf(field: Field): TextCodec {
  const codec = kindCodec(field);
  return {
    read: codec.read,
    write: (text) => (text.trim() === '' ? (field.optional === true ? undefined : '') : codec.write(text)),
  };
}

function kindCodec(field: Field): TextCodec {
  switch (field.kind) {
    case 'number':
      return number;
    case 'duration':
      return duration(field.unit);
    case 'instant':
      return instant;
    default:
      return plain;
  }
}

/** What can be wrong with a member. The codes are stable: the page shows them. */
export const FAULTS = [
  'missing',
  'not_a_whole_number',
  'not_a_duration',
  'too_long',
  'not_a_day',
  'not_a_time',
  'not_an_instant',
  'not_a_zone',
  'not_a_pattern',
  'not_a_name',
  'not_a_choice',
  'choose_one',
  'too_many',
  'not_valid',
] as const;
/** One of `FAULTS`. */
export type FaultCode = (typeof FAULTS)[number];

const CODE_OF_KIND = {
  day: 'not_a_day',
  clock: 'not_a_time',
  instant: 'not_an_instant',
  zone: 'not_a_zone',
  pattern: 'not_a_pattern',
  name: 'not_a_name',
} as const;

/** The fault of the member itself, not of the members inside it; null if there is none. */
export function faultOf(field: Field, value: Json | undefined): FaultCode | null {
  if (value === undefined || value === null) return field.optional === true ? null : 'missing';
  switch (field.kind) {
    case 'number':
      return typeof value === 'number' &&
        Number.isSafeInteger(value) &&
        value >= field.least &&
        value <= field.most
        ? null
        : 'not_a_whole_number';
    case 'text':
      if (typeof value !== 'string' || value.trim() === '') return 'missing';
      return value.length > field.most ? 'too_long' : null;
    case 'flag':
      return typeof value === 'boolean' ? null : 'not_valid';
    case 'choice':
      return typeof value === 'string' && field.values.includes(value) ? null : 'not_a_choice';
    case 'duration':
      return durationFault(value, field.most);
    case 'names':
      return namesFault(field, value);
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) return 'not_valid';
      return null;
    case 'items':
      if (!Array.isArray(value)) return 'not_valid';
      if (value.length < field.least) return 'missing';
      return value.length > field.most ? 'too_many' : null;
    default:
      return typeof value === 'string' && VALID[field.kind](value) ? null : CODE_OF_KIND[field.kind];
  }
}

function durationFault(value: Json, most: number | undefined): FaultCode | null {
  const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
  if (seconds === undefined) return 'not_a_duration';
  return most !== undefined && seconds > most ? 'too_long' : null;
}

function namesFault(field: Field & { kind: 'names' }, value: Json): FaultCode | null {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) return 'not_valid';
  if (value.length === 0 && field.mayBeEmpty !== true) return 'choose_one';
  return field.accepts === undefined || value.every(field.accepts) ? null : 'not_a_name';
}
