import { type Language, parseDuration } from '@countersign/contract';
import { ruleWords, type SupervisedLimit, supervisedText } from '@countersign/wording';

/** Parts of sentences that both languages use. A function throws if a value that it needs is not filled in yet. */

export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the value is missing or not valid');
  return value;
}

export function filled(text: string): string {
  if (text === '') throw new Error('the text is empty');
  return text;
}

export function chosen(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new Error('nothing is chosen');
  return names;
}

/** What crosses a rule of supervision. */
export const limitWords = (
  { count = 'calls', over, within }: { count?: SupervisedLimit['count']; over: number; within: string },
  { language }: { language: Language },
): string => supervisedText({ count, over, within: required(parseDuration(within)) }, language);

export const forbiddenWords = (
  rule: { service: string; resource: string; actions: string[] },
  { language }: { language: Language },
): string => `${filled(rule.service)}: ${ruleWords({ ...rule, resource: filled(rule.resource) }, language)}`;

export interface Stage {
  name: string;
  groups?: string[];
  approvals?: number;
  escalate?: { after: string; to: string[] };
}
export type Hours = { days: string[]; from: string; to: string };
export type Span = { from: string; to: string };
export type Budget = { calls?: number; bytes?: number };
export type Requesters = {
  countries?: string[];
  entities?: string[];
  employment?: string[];
  verifiedOnly?: boolean;
};
