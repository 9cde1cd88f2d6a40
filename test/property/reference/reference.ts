import { type DuckDBConnection, DuckDBInstance, type DuckDBType } from '@duckdb/node-api';
import type { Inexact, PlanQuery, PlanTable, RandomPlan } from '../random-plan.ts';
import { exprSql } from './expr-sql.ts';
import { sqlType, valueSql } from './literals.ts';
import { type PlainValue, plainValue } from './plain-values.ts';
import { finalSql, queryRelation } from './query-sql.ts';
import type { Relation } from './relation.ts';

/** A table as plain values, with the types' text in SQL. */
export interface Rows {
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly PlainValue[])[];
}

/** A plain DuckDB that answers plans over in-memory tables; it shares nothing with shoal's engine. */
export class Reference {
  private readonly instance: DuckDBInstance;
  private readonly connection: DuckDBConnection;
  private tables: readonly PlanTable[] = [];

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.instance = instance;
    this.connection = connection;
  }

  static async open(): Promise<Reference> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    // What its optimizer gets wrong (1.5.6 takes filters of joins below LIMIT) must not pass for right.
    await connection.run('PRAGMA disable_optimizer');
    return new Reference(instance, connection);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** Makes those of a plan's tables that it uses, instead of those of the plan before. */
  async load(tables: readonly PlanTable[], used: ReadonlySet<number>): Promise<void> {
    this.tables = tables;
    await this.connection.run(
      tables.map((table, index) => (used.has(index) ? tableSql(table, index) : '')).join(';\n'),
    );
  }

  /** Writes a table into a file of its own kind. */
  async write(index: number, path: string): Promise<void> {
    const table = this.tables[index];
    if (!table) throw new RangeError(`The plan has no table ${index}.`);
    const columns = table.columns.map(({ name }, column) => `c${column} AS "${name.replaceAll('"', '""')}"`);
    const options = table.source === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, ROW_GROUP_SIZE 16';
    await this.connection.run(
      `COPY (SELECT ${columns.join(', ')} FROM t${index} ORDER BY t${index}.pos) TO '${path}' (${options})`,
    );
  }

  /** SQL of a plan, for people. */
  async sql(plan: RandomPlan): Promise<string> {
    return finalSql(await this.relation(plan.query));
  }

  /** Rows of a plan whose tables were loaded. */
  async run(plan: RandomPlan): Promise<Rows> {
    const relation = await this.relation(plan.query);
    const { types, rows } = await this.read(finalSql(relation));
    return { names: relation.names, types: types.map(String), rows: rows.map((row) => row.map(plainValue)) };
  }

  /** Σ|x|ᵖ over the finite values that a column is made from. */
  async magnitude({ input, summed, power }: Inexact): Promise<number> {
    const relation = await this.relation(input);
    const names = new Map(relation.names.map((name, index) => [name, `c${index}`]));
    const value = `abs((${exprSql(summed, names)})::DOUBLE)`;
    const sql = `SELECT coalesce(sum(pow(x, ${power})), 0) FROM (SELECT ${value} AS x FROM (${relation.sql})) WHERE isfinite(x)`;
    const { rows } = await this.read(sql);
    return Number(rows[0]?.[0]);
  }

  private relation(query: PlanQuery): Promise<Relation> {
    const names = this.tables.map((table) => table.columns.map((column) => column.name));
    return queryRelation(query, names, async (relation) =>
      (await this.read(`${finalSql(relation)} LIMIT 0`)).types.map(String),
    );
  }

  private async read(sql: string): Promise<{ types: readonly DuckDBType[]; rows: ReturnType<RowsReader['getRows']> }> {
    const reader = await this.connection.runAndReadAll(sql);
    return { types: reader.columnTypes(), rows: reader.getRows() };
  }
}

type RowsReader = Awaited<ReturnType<DuckDBConnection['runAndReadAll']>>;

function tableSql({ columns, rows }: PlanTable, index: number): string {
  const definitions = columns.map(({ type }, column) => `c${column} ${sqlType(type)}`);
  const create = `CREATE OR REPLACE TABLE t${index} (${[...definitions, 'pos BIGINT'].join(', ')})`;
  if (rows.length === 0) return create;
  const values = rows.map(
    (row, position) =>
      `(${[...row.map((value, column) => valueSql(value, columns[column]?.type ?? { kind: 'null' })), position].join(', ')})`,
  );
  return `${create};\nINSERT INTO t${index} VALUES ${values.join(', ')}`;
}
