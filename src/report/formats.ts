import { toCsv } from './csv.ts';
import { toHtml } from './html.ts';
import type { Report } from './report.ts';

/** Every form in which a report can be had, and its media type. */
export const formats = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  html: 'text/html; charset=utf-8',
} as const;

export type ReportFormat = keyof typeof formats;

/** A report as text. */
export function writeReport(report: Report, format: ReportFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'csv':
      return toCsv(report);
    case 'html':
      return toHtml(report);
  }
}
