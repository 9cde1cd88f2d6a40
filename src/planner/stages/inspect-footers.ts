import { InternalError } from '../../errors.ts';
import type { Inspection } from '../../plan/inspection.ts';
import { decodeInspection } from '../../plan/inspection.ts';
import type { ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { PhysicalPlan, ScanSplit, Stage } from '../../plan/stage.ts';
import type { TaskResult } from '../../plan/task.ts';
import { mergeSchemas } from '../resolve/merge-schemas.ts';

/** What workers told of a scan's files. */
export interface InspectedScan extends Omit<Inspection, 'differs'> {
  readonly tasks: number;
}

/** Footers of a task at least: eight are read at once, some 30 ms each, so that 256 take as long as a cold start of a function. */
const leastFooters = 256;

/** And at most, so that a task's text stays far below what a function service takes, and a lost one costs little. */
const mostFooters = 512;

/**
 * A plan whose tasks read the footers of a scan's files: one for each slot, of about 256 to 512 files. Pure.
 *
 * @param slots tasks that run at once
 */
export function inspectionPlan(scan: ScanRel, engineVersion: string, slots: number): PhysicalPlan {
  const { files } = scan.source;
  const each = Math.min(mostFooters, Math.max(leastFooters, Math.ceil(files.length / slots)));
  const tasks = Math.ceil(files.length / each);
  const splits = Array.from({ length: tasks }, (_, index): ScanSplit => {
    const [from, to] = [index, index + 1].map((at) => Math.floor((files.length * at) / tasks));
    const own = files.slice(from, to);
    return { files: own, bytes: 0 };
  });
  const stage: Stage = {
    id: 0,
    plan: scan,
    schema: fileColumns(scan),
    output: { kind: 'inspect' },
    enoughRows: null,
    inputs: new Map(),
  };
  return {
    schema: stage.schema,
    engineVersion,
    stages: [stage],
    splits: new Map([[scan, { splits, rowGroups: 0, skipped: [] }]]),
    slots,
    broadcastBytes: 0,
    exchange: null,
    cost: null,
    sink: null,
    warnings: [],
  };
}

/**
 * What the tasks of an {@link inspectionPlan} told. Pure.
 *
 * @param results of all tasks, in their order
 * @throws {SourceError} SCHEMA_MISMATCH naming the scan's first file and the first one whose columns differ from its own
 * @throws {InternalError} when workers told of other files
 */
export function inspectedScan(scan: ScanRel, results: readonly TaskResult[]): InspectedScan {
  const { files, schemaFrom } = scan.source;
  const inspections = results.map(({ inspected }) => decodeInspection(inspected));
  const told = inspections.flatMap((inspection) => inspection.files);
  if (told.length !== files.length)
    throw new InternalError(`Workers read the footers of ${told.length} files; there are ${files.length}.`);
  let before = 0;
  for (const { differs, files: own } of inspections) {
    const file: ScanFile | undefined = differs ? files[before + differs.file] : undefined;
    if (differs && file) {
      const first = { uri: schemaFrom ?? files[0]?.uri ?? '', schema: fileColumns(scan) };
      mergeSchemas([first, { uri: file.uri, schema: differs.schema }], false);
      throw new InternalError(`A worker says that the columns of ${file.uri} are others; they are the same.`);
    }
    before += own.length;
  }
  const skipped = new Map<string, number>();
  for (const [reason, count] of inspections.flatMap((inspection) => inspection.skipped))
    skipped.set(reason, (skipped.get(reason) ?? 0) + count);
  return { files: told, skipped: [...skipped], tasks: results.length };
}

/** Columns that lie in the files themselves. */
function fileColumns({ source: { schema, partitionColumns } }: ScanRel) {
  const folders = new Set(partitionColumns.map(({ name }) => name));
  return schema.filter(({ name }) => !folders.has(name));
}
