import type { StatedTerms } from '@countersign/contract';

/** How many templates a person may keep. */
export const MAX_TEMPLATES = 50;

/**
 * What a template fills in: the values of a request that stay the same from case to case. It has no times, because those pass;
 * no emergency and no demand, because each of those is stated for its own case; and no exact change.
 */
export interface TemplateRequest
  extends Omit<StatedTerms, 'tenant' | 'seconds' | 'startsAt' | 'startsOn' | 'useBy' | 'basis' | 'change'> {
  /** Absent: the customer is chosen each time. */
  tenant?: string;
  /** ISO 8601. */
  duration: string;
  reasonCode?: string;
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
