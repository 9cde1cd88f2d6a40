import { formatBytes, formatCount, formatMs } from '../../../src/plan/format-size.ts';
import { bindsMost, dollarsOf, type StageAccount } from './account.ts';
import type { ScaleReport } from './run-query.ts';

/** Rows of texts as lines with aligned columns; the first column to the left, the others to the right. Pure. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** US dollars, to a hundredth of a cent. */
export function formatDollars(dollars: number): string {
  return `$${dollars.toFixed(dollars < 1 ? 4 : 2)}`;
}

/** A query's stages, each with its time, requests, cost and what binds it. */
export function stagesTable({ accounts }: ScaleReport): string {
  const header = ['', 'tasks', 'refused', 'GET', 'PUT', 'LIST', 'read', 'written', 'time', 'cost', 'bound by'];
  return alignedTable([header, ...accounts.map(stageRow)]);
}

function stageRow(account: StageAccount): readonly string[] {
  const { name, tasks, refused, get, put, list, bytesRead, bytesWritten, startedMs, endedMs } = account;
  const bound = bindsMost(account);
  return [
    name,
    ...[tasks, refused, get, put, list].map(count),
    formatBytes(bytesRead),
    formatBytes(bytesWritten),
    formatMs(endedMs - startedMs),
    formatDollars(dollarsOf(account)),
    bound ? `${bound.by} ${Math.round(bound.share * 100)} %` : '',
  ];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** What planning took. */
export function planningLine({ planMs, planCpuMs, peakBytes, plan, accounts }: ScaleReport): string {
  const files = [...plan.splits.keys()].reduce((sum, scan) => sum + scan.source.files.length, 0);
  const footers = accounts.find(({ name }) => name === 'footers');
  const splits = [...plan.splits.values()].reduce((sum, scan) => sum + scan.splits.length, 0);
  const parts = [
    `${formatMs(planMs)} of simulated time`,
    `${formatMs(planCpuMs)} of this processor`,
    `peak memory of the process ${formatBytes(peakBytes)}`,
    `${formatCount(files, 'object')} in ${formatCount(accounts[0]?.list ?? 0, 'LIST request')}`,
    `footers read by ${formatCount(footers?.tasks ?? 0, 'task')}`,
    `${formatCount(splits, 'split')} in ${formatCount(plan.stages.length, 'stage')}`,
  ];
  return `Planning: ${parts.join('; ')}`;
}

/** Time and cost by the number of workers. */
export function curveTable(points: readonly ScaleReport[]): string {
  const header = ['workers', 'planning', 'run', 'total', 'tasks', 'requests', 'cost', 'most time'];
  const rows = points.map((point) => {
    const slowest = [...point.accounts.slice(1)].sort((a, b) => b.endedMs - b.startedMs - (a.endedMs - a.startedMs))[0];
    const bound = slowest ? bindsMost(slowest) : null;
    return [
      count(point.workers),
      formatMs(point.planMs),
      formatMs(point.runMs),
      formatMs(point.planMs + point.runMs),
      count(point.total.invocations),
      count(point.total.get + point.total.put + point.total.list),
      formatDollars(point.dollars),
      slowest ? `${slowest.name}: ${bound?.by ?? ''}` : '',
    ];
  });
  return alignedTable([header, ...rows]);
}
