export { formatHtml } from './format-html.js';
export { formatText, type TextOptions } from './format-text.js';
export { type LabOptions, labReport } from './lab-report.js';
export type { Check, ElboTerms, ImageReport, LabReport, Machine, ReportRow, Verdict } from './report.js';
export type { MeasuredTime } from './timing.js';
