import type { Channel } from '../domain/organisation/person.js';

export type RiskLevel = 'low' | 'medium' | 'high';

/** Which reviews a request needs and has (CONTRACT §5). */
export interface Needs {
  vendor: { required: number; approved: number };
  customer: { required: number; approved: number; countersignature: boolean; channels: Channel[] };
  risk: { level: RiskLevel; reasons: string[] };
}
