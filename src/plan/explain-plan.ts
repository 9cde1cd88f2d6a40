import { describePartitioning, explainRelation } from './explain.ts';
import { explainSplits } from './explain-scan.ts';
import { formatBytes, formatCount, formatMs } from './format-size.ts';
import type { RelNode } from './relation.ts';
import type { FileRead, RunReport, StageEstimate, StageReport } from './run-report.ts';
import type { ScanFile } from './source.ts';
import type { PhysicalPlan, SplitEvidence, Stage, StageOutput } from './stage.ts';
import { addTransfers, type Transfer } from './transfer.ts';

/** What is told of a plan beside itself. */
export interface PlanEvidence {
  /** How every scan is cut; a scan that nobody looked at is not in it. */
  readonly splits: SplitEvidence;
  readonly reads: ReadonlyMap<ScanFile, FileRead>;
  readonly estimates: ReadonlyMap<number, StageEstimate>;
  /** What a run of the plan did; null before. */
  readonly run: RunReport | null;
}

/**
 * A physical plan as indented text: stages with their tasks, what they are estimated to do and, after a run, what they did;
 * then each task's operators from the last to the scans.
 */
export function explainPlan(plan: PhysicalPlan, evidence: PlanEvidence): string {
  const notes = plan.warnings.map((warning) => `Note: ${warning}`);
  const total = evidence.run && plan.stages.length > 1 ? [describeRun(evidence.run)] : [];
  return [...notes, ...total, ...plan.stages.map((stage) => explainStage(stage, plan, evidence))].join('\n');
}

function explainStage(stage: Stage, plan: PhysicalPlan, evidence: PlanEvidence): string {
  const estimate = evidence.estimates.get(stage.id);
  const report = evidence.run?.stages.get(stage.id);
  // Relays are not planned: a plan has them once it ran.
  const isRelayed =
    plan.stages.some(({ output, inputs }) => output.kind === 'relay' && inputs.has(stage.id)) ||
    (evidence.run === null && plan.exchange === 'two-level' && isDealt(stage.output));
  const notes = (node: RelNode) => notesOn(node, stage, plan, evidence);
  return [
    `Stage ${stage.id}: ${describeTasks(stage, estimate)}, ${explainOutput(stage.output)}${isRelayed ? ', through relays' : ''}`,
    ...(estimate ? describeEstimate(estimate, stage) : []),
    ...(report ? [`  measured: ${describeReport(report, stage.output)}`] : []),
    explainRelation(stage.plan, 1, notes),
  ].join('\n');
}

function describeTasks({ inputs }: Stage, estimate: StageEstimate | undefined): string {
  const tasks = estimate?.tasks ?? 1;
  // How many partitions a task reads is decided when their sizes are known.
  const isDealt = [...inputs.values()].some(({ kind }) => kind === 'hash' || kind === 'range');
  return `${isDealt ? 'about ' : ''}${formatCount(tasks, 'task')}`;
}

function isDealt(output: StageOutput): boolean {
  return output.kind === 'exchange' && (output.partitioning.kind === 'hash' || output.partitioning.kind === 'range');
}

function explainOutput(output: StageOutput): string {
  switch (output.kind) {
    case 'result':
      return 'rows to the driver';
    case 'exchange':
      return `rows to the next stage, ${describePartitioning(output.partitioning)}`;
    case 'relay':
      return 'the same rows in fewer objects';
    case 'inspect':
      return 'what the footers say to the driver';
    case 'sink':
      return `${output.format.kind} to ${output.uri}`;
  }
}

function notesOn(node: RelNode, stage: Stage, plan: PhysicalPlan, { splits, reads }: PlanEvidence): readonly string[] {
  if (node.kind === 'read')
    return stage.inputs.get(node.exchange)?.kind === 'broadcast' ? ['every task reads all of it'] : [];
  if (node.kind !== 'scan') return [];
  const text = explainSplits(node, splits.get(node), reads, plan.splits.size === 0);
  return text === '' ? [] : [text];
}

/** No line where nothing is known. */
function describeEstimate(estimate: StageEstimate, { output }: Stage): readonly string[] {
  const { rows, bytes, inPlaceBytes, fetched, written } = estimate;
  const handed = output.kind === 'exchange' ? bytes - written.bytes : 0;
  const parts = [
    ...(rows === null ? [] : [formatCount(rows, 'row')]),
    ...(inPlaceBytes > 0 ? [`${formatBytes(inPlaceBytes)} read in place`] : []),
    ...describeTransfers(fetched, written, handed),
  ];
  return parts.length > 0 ? [`  estimated: ${parts.join('; ')}`] : [];
}

function describeReport(report: StageReport, output: StageOutput): string {
  const { rows, bytes, rowGroups, fetched, written, wallMs, workerMs } = report;
  const handed = output.kind === 'exchange' ? bytes - written.bytes : 0;
  const parts = [
    // Relays look into no file.
    ...(output.kind === 'relay' ? [] : [formatCount(rows, 'row')]),
    ...(rowGroups === null ? ['row groups chosen by the engine'] : []),
    ...(rowGroups ? [`${formatCount(rowGroups, 'row group')} read`] : []),
    ...describeTransfers(fetched, written, handed),
    describeAttempts(report),
    `${formatMs(wallMs)}, ${formatMs(workerMs)} in tasks`,
  ];
  return parts.join('; ');
}

function describeAttempts({ tasks, attempts, resumed }: StageReport): string {
  const notes = [
    ...(attempts + resumed === tasks ? [] : [formatCount(attempts, 'attempt')]),
    ...(resumed > 0 ? [`${resumed} done by an earlier run`] : []),
  ];
  return `${formatCount(tasks, 'task')}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

/** @param handedBytes what goes to the next stage within the results of tasks */
function describeTransfers(fetched: Transfer, written: Transfer, handedBytes: number): readonly string[] {
  return [
    ...(fetched.requests > 0 ? [`${describeTransfer(fetched, 'fetched')}`] : []),
    ...(written.requests > 0 ? [`${describeTransfer(written, 'written')}`] : []),
    ...(handedBytes > 0 ? [`${formatBytes(handedBytes)} within task results`] : []),
  ];
}

function describeTransfer({ requests, bytes }: Transfer, verb: string): string {
  return `${formatBytes(bytes)} ${verb} in ${formatCount(requests, 'request')}`;
}

function describeRun({ stages, wallMs }: RunReport): string {
  const reports = [...stages.values()];
  const sum = (of: (report: StageReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const parts = [
    ...describeTransfers(
      addTransfers(reports.map((report) => report.fetched)),
      addTransfers(reports.map((report) => report.written)),
      0,
    ),
    formatCount(
      sum((report) => report.tasks),
      'task',
    ),
    `${formatMs(wallMs)}, ${formatMs(sum((report) => report.workerMs))} in tasks`,
  ];
  return `Run: ${parts.join('; ')}`;
}
