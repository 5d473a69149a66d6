/** Government demands, emergencies, and the reports about them. */

export {
  DEMAND_TRANSITIONS,
  type Demand,
  type DemandAction,
  type DemandDocument,
  type DemandStep,
  type StepInput,
} from '../domain/demand.js';
export {
  DISCLOSURE_TRANSITIONS,
  type Disclosure,
  type DisclosureAnswer,
  type DisclosureContent,
} from '../domain/disclosure.js';
export {
  buildReport,
  parsePeriod,
  type ReportPeriod,
  reportCsv,
  reportJson,
  type TransparencyReport,
} from '../domain/transparency/report.js';
export type {
  DemandCount,
  ReportFacts,
  RequestFact,
} from '../domain/transparency/report-figures.js';
export {
  addDemandStep,
  type DemandInput,
  type DemandLine,
  type DemandView,
  enterDemand,
  fileDemandDocument,
  listDemands,
  openDueDemands,
  readDemand,
  readDemandDocument,
} from '../use-cases/demands/demands.js';
export { recordAccessHeads } from '../use-cases/demands/sealed-access.js';
export {
  answerDisclosure,
  type DisclosureView,
  getDisclosure,
  giveDisclosure,
  listDisclosures,
} from '../use-cases/emergencies/disclosures.js';
export { noticeProgress } from '../use-cases/emergencies/notify-first.js';
export {
  listReports,
  publishReport,
  readOwnReport,
  readReport,
  type SignReport,
  traceFigure,
} from '../use-cases/transparency/transparency-reports.js';
