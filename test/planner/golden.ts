import { Dataset } from '../../src/dataset/dataset.ts';
import { explainRelation } from '../../src/plan/explain.ts';
import { someExpr } from '../../src/plan/expr.ts';
import { inputsOf, type LogicalNode, type ScanNode } from '../../src/plan/logical.ts';
import type { RelNode } from '../../src/plan/relation.ts';
import type { ResolvedSource, ScanFile } from '../../src/plan/source.ts';
import { parseType } from '../../src/plan/type-name.ts';
import type { Schema } from '../../src/plan/types.ts';
import { bind } from '../../src/planner/bind.ts';
import type { Evidence } from '../../src/planner/evidence.ts';
import { exprsOf } from '../../src/planner/exprs-of.ts';
import type { Rule } from '../../src/planner/rules/rule.ts';

/** What stands behind the scans of the tests; nothing is read. */
const sources = new Map<LogicalNode, ResolvedSource>();

/** Datasets of no session: they are planned, never run. */
const context = {} as never;

export interface TableOptions {
  /** Types of the hive folders' columns. */
  readonly folders?: Readonly<Record<string, string>>;
  /** A file's folder values. */
  readonly files?: readonly ScanFile['partition'][];
}

/** A dataset over `s3://lake/<name>`, Parquet files with these columns. */
export function table(name: string, columns: Readonly<Record<string, string>>, options: TableOptions = {}): Dataset {
  const { folders = {}, files = [{}] } = options;
  const node: ScanNode = {
    kind: 'scan',
    source: {
      paths: [`s3://lake/${name}`],
      format: { kind: 'parquet' },
      schema: {},
      unionByName: false,
      hive: true,
    },
  };
  const partitionColumns = schemaOf(folders);
  sources.set(node, {
    format: { kind: 'parquet' },
    files: files.map((partition) => ({
      uri: `s3://lake/${[name, ...Object.entries(partition).map((pair) => pair.join('='))].join('/')}.parquet`,
      sizeBytes: 1024,
      version: '1',
      partition,
    })),
    filesBeforePruning: files.length,
    schema: [...schemaOf(columns), ...partitionColumns],
    partitionColumns,
    unionByName: false,
  });
  return new Dataset(context, node);
}

/** The bound plan of a dataset, before any rule. */
export function bound(
  dataset: { readonly node: LogicalNode },
  inputSchema: Readonly<Record<string, string>> = {},
): RelNode {
  return bind(dataset.node, evidenceFor(dataset.node, schemaOf(inputSchema)));
}

/** The bound plan as text. */
export function explainBound(
  dataset: { readonly node: LogicalNode },
  inputSchema: Readonly<Record<string, string>> = {},
): string {
  return explainRelation(bound(dataset, inputSchema));
}

/** The plan as text before and after a rule. */
export function beforeAndAfter(rule: Rule, dataset: { readonly node: LogicalNode }): string {
  const before = bound(dataset);
  const after = rule.apply(before, evidenceFor(dataset.node, []));
  const text = explainRelation(after);
  return after === before ? `${text}\n── the same plan` : `${explainRelation(before)}\n── ${rule.name}\n${text}`;
}

/** Scans of a plan with the conditions that they may skip data by. */
export function scansOf(plan: RelNode): readonly RelNode[] {
  if (plan.kind === 'scan') return [plan];
  if (plan.kind === 'join' || plan.kind === 'set-operation') return [plan.left, plan.right].flatMap(scansOf);
  if (plan.kind === 'union') return plan.inputs.flatMap(scansOf);
  return 'input' in plan ? scansOf(plan.input) : [];
}

function evidenceFor(node: LogicalNode, inputSchema: Schema): Evidence {
  const nodes = nodesBelow(node);
  return {
    sources,
    inputSchemas: new Map(nodes.map((each) => [each, inputSchema])),
    fragments: new Map(nodes.flatMap(exprsOf).flatMap((expr) => fragmentsIn(expr))),
  };
}

/** Fragments name the columns that stand in their text as words. */
function fragmentsIn(expr: Parameters<typeof someExpr>[0]): [string, readonly string[]][] {
  const found: [string, readonly string[]][] = [];
  someExpr(expr, (part) => {
    if (part.kind === 'sql') found.push([part.text, part.text.match(/[a-z]+/g) ?? []]);
    return false;
  });
  return found;
}

function nodesBelow(node: LogicalNode): readonly LogicalNode[] {
  return [node, ...inputsOf(node).flatMap(nodesBelow)];
}

function schemaOf(columns: Readonly<Record<string, string>>): Schema {
  return Object.entries(columns).map(([name, type]) => ({ name, type: parseType(type) }));
}
