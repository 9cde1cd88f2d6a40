import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import { renderQuery } from '../../../src/engine/sql/relation.ts';
import type { AggregateExpr, CallExpr, Expr, LiteralExpr, NamedExpr, SortKey } from '../../../src/plan/expr.ts';
import type { AggregateFunction, ScalarFunction } from '../../../src/plan/functions.ts';
import type { RelNode, ScanRel, ValuesRel } from '../../../src/plan/relation.ts';
import type { ResolvedFormat, ScanFile } from '../../../src/plan/source.ts';
import { parseType } from '../../../src/plan/type-name.ts';
import type { Schema } from '../../../src/plan/types.ts';

/** A connection to an empty engine in UTC, for the tests of a file. */
export function useConnection(): () => DuckDBConnection {
  let instance: DuckDBInstance | undefined;
  let connection: DuckDBConnection | undefined;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
  });
  afterAll(() => {
    connection?.closeSync();
    instance?.closeSync();
  });
  return () => {
    if (!connection) throw new Error('No connection before the tests run.');
    return connection;
  };
}

export const col = (name: string): Expr => ({ kind: 'column', name });

/** A number, a text, a boolean or null as the builder makes it; with a type, a value of that type. */
export function lit(value: LiteralExpr['value'], type?: string): LiteralExpr {
  if (type) return { kind: 'literal', type: parseType(type), value };
  if (value === null) return { kind: 'literal', type: { kind: 'null' }, value };
  const kind = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
  return { kind: 'literal', type: { kind }, value };
}

type Argument = Expr | string | number | boolean | null;

const toExpr = (value: Argument): Expr => (typeof value === 'object' && value !== null ? value : lit(value));

export const call = (fn: ScalarFunction, ...args: Argument[]): CallExpr => ({
  kind: 'call',
  fn,
  args: args.map(toExpr),
});

export const cast = (input: Expr, type: string, safe = false): Expr => ({
  kind: 'cast',
  input,
  type: parseType(type),
  safe,
});

export const sql = (text: string): Expr => ({ kind: 'sql', text });

export const lambda = (parameter: string, body: Expr): Expr => ({ kind: 'lambda', parameter, body });

/** One branch of a case. */
export function branch(when: Expr, value: Expr): { readonly when: Expr; readonly value: Expr } {
  return { when, value };
}

export function agg(fn: AggregateFunction, args: Argument[], options: Partial<AggregateExpr> = {}): AggregateExpr {
  return { kind: 'aggregate', fn, args: args.map(toExpr), distinct: false, orderBy: [], filter: null, ...options };
}

export const asc = (expr: Expr, nullsFirst = false): SortKey => ({ expr, descending: false, nullsFirst });

export const desc = (expr: Expr, nullsFirst = false): SortKey => ({ expr, descending: true, nullsFirst });

export const named = (columns: Readonly<Record<string, Expr>>): NamedExpr[] =>
  Object.entries(columns).map(([name, expr]) => ({ name, expr }));

export const schema = (columns: Readonly<Record<string, string>>): Schema =>
  Object.entries(columns).map(([name, type]) => ({ name, type: parseType(type) }));

export const values = (columns: Readonly<Record<string, string>>, rows: ValuesRel['rows']): ValuesRel => ({
  kind: 'values',
  schema: schema(columns),
  rows,
});

/** A scan of local files; a file is its path, or its path and partition. */
export function scan(
  format: ResolvedFormat,
  files: readonly (string | { readonly path: string; readonly partition: ScanFile['partition'] })[],
  columns: Schema,
  partitionColumns: Schema = [],
): ScanRel {
  return {
    kind: 'scan',
    source: {
      format,
      files: files.map((file) => ({
        uri: `file://${typeof file === 'string' ? file : file.path}`,
        sizeBytes: 0,
        version: '',
        partition: typeof file === 'string' ? {} : file.partition,
      })),
      filesBeforePruning: files.length,
      schema: [...columns, ...partitionColumns],
      partitionColumns,
      unionByName: false,
    },
    columns: [...columns, ...partitionColumns].map((field) => field.name),
    rowIdentity: null,
    prune: [],
  };
}

export const localPath = (file: ScanFile): string => file.uri.slice('file://'.length);

/** Rows of a plan's query as text. */
export async function run(connection: DuckDBConnection, rel: RelNode): Promise<unknown[][]> {
  return rows(connection, renderQuery(rel, { localPath }));
}

/** Rows of a query; values are JavaScript's where they fit, text otherwise. */
export async function rows(connection: DuckDBConnection, text: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(text);
  return reader.getRowsJS().map((row) => row.map(plain));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z');
  if (typeof value === 'object' && value !== null && value.constructor === Object) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  }
  return value;
}
