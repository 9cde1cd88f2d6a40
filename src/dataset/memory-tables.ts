import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from 'apache-arrow';
import { InternalError } from '../errors.ts';
import { arrowToParquet, arrowTypes, batchToParquet } from '../formats/arrow/arrow.ts';
import type { LogicalNode, MemoryNode } from '../plan/logical.ts';
import type { ResolvedSource } from '../plan/source.ts';
import type { DataType, Schema } from '../plan/types.ts';
import type { StoredTable } from '../planner/gather-evidence.ts';
import { batchToLiteralRows, rowsToBatch } from './rows.ts';

/** Rows up to which a table travels inside the plan, and the JSON text that they may take there. */
const inlineRows = 1_000;
const inlineBytes = 64 * 1024;

interface MemoryTable {
  readonly parquet: () => Promise<Uint8Array>;
  /** Types of the rows, from the file's own, which may be others that carry them. */
  readonly types: (file: Schema) => Promise<Schema>;
  /** Set once somebody asked for the file. */
  resolved: Promise<StoredTable> | null;
}

/**
 * Tables that came from JavaScript. Small ones are part of the plan; others become a Parquet file in the session's
 * scratch folder when a query first reads them. A table is forgotten with the last dataset that holds its node.
 */
export class MemoryTables {
  private readonly tables = new WeakMap<MemoryNode, MemoryTable>();
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Takes rows now; later changes of them are not seen. @throws {PlanError} INVALID_ROWS */
  addRows(rows: readonly object[], schema?: Readonly<Record<string, DataType>>): LogicalNode {
    const batch = rowsToBatch(rows as readonly Record<string, unknown>[], schema);
    if (batch.numRows <= inlineRows) {
      const literalRows = batchToLiteralRows(batch);
      if (JSON.stringify(literalRows).length <= inlineBytes)
        return { kind: 'values', schema: batch.schema, rows: literalRows };
    }
    return this.add(
      () => batchToParquet(batch),
      () => Promise.resolve(batch.schema),
    );
  }

  /** Takes an Arrow table, whose buffers must not change any more. */
  addArrow(table: Table): LogicalNode {
    return this.add(
      () => arrowToParquet(table),
      (file) => arrowTypes(table, file),
    );
  }

  /**
   * The file that holds a node's table; written on first call.
   *
   * @param describe makes a source of the Parquet file at a path
   */
  resolve(node: MemoryNode, describe: (path: string) => Promise<ResolvedSource>): Promise<StoredTable> {
    const table = this.tables.get(node);
    if (!table) throw new InternalError(`The in-memory table ${node.id} is not of this session.`);
    table.resolved ??= this.write(node.id, table).then(async (path) => {
      const source = await describe(path);
      return { source, schema: await table.types(source.schema) };
    });
    return table.resolved;
  }

  private add(parquet: MemoryTable['parquet'], types: MemoryTable['types']): MemoryNode {
    const node: MemoryNode = Object.freeze({ kind: 'memory', id: randomUUID() });
    this.tables.set(node, { parquet, types, resolved: null });
    return node;
  }

  private async write(id: string, table: MemoryTable): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, `table-${id}.parquet`);
    await writeFile(path, await table.parquet());
    return path;
  }
}
