import { planFetch } from '../../../src/formats/parquet/fetch-plan.ts';
import { countReasons, pruneFile, usedColumns } from '../../../src/formats/parquet/prune-file.ts';
import { encodeInspection, type InspectedFile } from '../../../src/plan/inspection.ts';
import { outputBytes } from '../../../src/plan/producer-output.ts';
import { type ReadRel, type RelNode, relInputs, type ScanRel } from '../../../src/plan/relation.ts';
import type { ScanFile } from '../../../src/plan/source.ts';
import type { Task, TaskResult } from '../../../src/plan/task.ts';
import { longestSliceBytes } from '../../../src/storage/cut-range.ts';
import { withFetch } from '../../../src/worker/inspect-scan.ts';
import type { BigTable } from './big-lake.ts';

/** What a task reads and makes, in numbers. */
export interface Volume {
  readonly gets: number;
  /** Of these, those of the tables' objects. */
  readonly inputGets: number;
  readonly bytesRead: number;
  /** Of what comes out, before it is dealt. */
  readonly bytesOut: number;
}

/** What decides how much comes out of a query's operators. */
export interface DataShape {
  /** Part of the rows that a condition leaves. */
  readonly selectivity: number;
  /** Groups of a groupBy with keys. */
  readonly groups: number;
}

/** Bytes of a group or of a row of a small result. */
const rowBytes = 24;

interface Flow extends Volume {
  /** Part of the exchange's partitions that the task reads; 1 of a scan. */
  readonly share: number;
}

const nothing: Flow = { gets: 0, inputGets: 0, bytesRead: 0, bytesOut: 0, share: 1 };

/** Works out what tasks over very large tables would do; what files alike take is found once. */
export class Volumes {
  private readonly tables: readonly BigTable[];
  private readonly shape: DataShape;
  private readonly reads = new Map<string, Volume>();
  private readonly inspected = new Map<
    string,
    Promise<{ readonly file: InspectedFile; readonly reasons: readonly string[] }>
  >();

  constructor(tables: readonly BigTable[], shape: DataShape) {
    this.tables = tables;
    this.shape = shape;
  }

  /** @param partitions of the exchanges that the task reads */
  of(task: Task, partitions: number): Volume {
    return this.flow(task.plan, partitions);
  }

  /** What an 'inspect' task tells: real footers, looked at by the worker's own code. */
  async inspect({ plan, schema: _ }: Task): Promise<Required<Pick<TaskResult, 'inspected'>>> {
    if (plan.kind !== 'scan') throw new TypeError('An inspection looks at a scan.');
    const told = await Promise.all(plan.source.files.map((file) => this.inspectFile(plan, file)));
    const skipped = countReasons(told);
    return { inspected: encodeInspection({ files: told.map(({ file }) => file), skipped, differs: null }) };
  }

  private inspectFile(scan: ScanRel, file: ScanFile) {
    const table = this.tableOf(file);
    const key = JSON.stringify([table.folder, scan.columns, scan.prune]);
    const found = this.inspected.get(key) ?? inspect(scan, file, table);
    this.inspected.set(key, found);
    return found;
  }

  private flow(rel: RelNode, partitions: number): Flow {
    const inputs = () => relInputs(rel).map((input) => this.flow(input, partitions));
    switch (rel.kind) {
      case 'scan':
        return rel.source.files.map((file) => this.readFile(rel, file)).reduce(add, nothing);
      case 'read':
        return {
          ...readParts(rel),
          share: (rel.parts.toPartition - rel.parts.fromPartition) / Math.max(1, partitions),
        };
      case 'filter':
        return scaled(inputs().reduce(add, nothing), this.shape.selectivity);
      case 'aggregate': {
        const input = inputs().reduce(add, nothing);
        const groups = rel.keys.length === 0 ? 1 : Math.max(1, this.shape.groups * input.share);
        return { ...input, bytesOut: Math.min(input.bytesOut, groups * rowBytes) };
      }
      case 'limit': {
        const input = inputs().reduce(add, nothing);
        return { ...input, bytesOut: Math.min(input.bytesOut, (rel.limit ?? Number.POSITIVE_INFINITY) * rowBytes) };
      }
      default:
        return inputs().reduce(add, nothing);
    }
  }

  private readFile(scan: ScanRel, file: ScanFile): Flow {
    const table = this.tableOf(file);
    const part = file.part?.kind === 'row-groups' ? file.part.rowGroups : null;
    const key = JSON.stringify([table.folder, part, scan.columns]);
    const found = this.reads.get(key) ?? fetchOf(table, part, usedColumns(scan));
    this.reads.set(key, found);
    return { ...found, share: 1 };
  }

  private tableOf({ uri }: ScanFile): BigTable {
    const table = this.tables.find(({ folder }) => uri.startsWith(folder));
    if (!table) throw new TypeError(`The simulation does not know ${uri}.`);
    return table;
  }
}

async function inspect(scan: ScanRel, file: ScanFile, { footer }: BigTable) {
  const refuse = () => Promise.reject(new TypeError('The simulated files have no bloom filters.'));
  const pruning = await pruneFile(scan, file, footer, { read: refuse });
  return { file: withFetch(pruning, footer, usedColumns(scan)), reasons: pruning.reasons };
}

function fetchOf({ footer }: BigTable, part: readonly number[] | null, columns: readonly string[]): Volume {
  const rowGroups = part ?? footer.rowGroups.map(({ index }) => index);
  const { pieces, footer: ends } = planFetch(footer, rowGroups, columns);
  const sum = (ranges: typeof pieces) =>
    ranges.reduce((total, { startByte, endByte }) => total + endByte - startByte, 0);
  const gets = pieces.length + ends.length;
  return { gets, inputGets: gets, bytesRead: sum(pieces) + sum(ends), bytesOut: sum(pieces) };
}

/** One ranged read of each producer's object, as long as that is not too long. */
function readParts({ parts: { fromPartition, toPartition, outputs } }: ReadRel): Volume {
  let [gets, bytesRead, bytesOut] = [0, 0, 0];
  for (const output of outputs) {
    const bytes = outputBytes(output, fromPartition, toPartition);
    bytesOut += bytes;
    if (output.place.kind === 'inline' || bytes === 0) continue;
    bytesRead += bytes;
    gets += Math.ceil(bytes / longestSliceBytes);
  }
  return { gets, inputGets: 0, bytesRead, bytesOut };
}

function add(a: Flow, b: Flow): Flow {
  return {
    gets: a.gets + b.gets,
    inputGets: a.inputGets + b.inputGets,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesOut: a.bytesOut + b.bytesOut,
    share: Math.min(a.share, b.share),
  };
}

function scaled(flow: Flow, by: number): Flow {
  return { ...flow, bytesOut: flow.bytesOut * by };
}
