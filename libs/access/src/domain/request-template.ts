import type { ScopeEntry } from '@countersign/contract';

/** How many templates a person may keep. */
export const MAX_TEMPLATES = 50;

/**
 * What a template fills in: the values of a request that stay the same from case to case. It has no times, because those pass;
 * no emergency and no demand, because each of those is stated for its own case; and no exact change.
 */
export interface TemplateRequest {
  /** Absent: the customer is chosen each time. */
  tenant?: string;
  service: string;
  scope: ScopeEntry[];
  /** ISO 8601. */
  duration: string;
  justification?: string;
  ticket?: string;
  reasonCode?: string;
  budget?: { calls?: number; bytes?: number };
  unmasked?: true;
}

/**
 * The values of a request, saved by one person under a name. A template grants nothing: a request that was filled in from it is
 * evaluated like any other.
 */
export interface RequestTemplate {
  /** `tpl_…` */
  id: string;
  person: string;
  name: string;
  request: TemplateRequest;
  /** Whole seconds, UTC. */
  savedAt: string;
}

/** What a name is compared by: names that differ in case or in spaces around them are one. */
export const templateKey = (name: string): string => name.normalize('NFC').trim().toLowerCase();
