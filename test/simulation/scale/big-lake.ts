import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describeFooter, type ParquetFooter } from '../../../src/formats/parquet/footer.ts';
import {
  columnChunk,
  columnMetaData,
  fileMetaData,
  rowGroupFields,
} from '../../../src/formats/parquet/footer-fields.ts';
import {
  changeFields,
  structField,
  structList,
  structsField,
  type ThriftStruct,
  type ThriftValue,
} from '../../../src/formats/parquet/thrift.ts';
import { readThrift } from '../../../src/formats/parquet/thrift-read.ts';
import { writeThrift } from '../../../src/formats/parquet/thrift-write.ts';
import type { ByteRange, ObjectInfo } from '../../../src/storage/store.ts';

/** A table of very many like objects, of which only the footer is ever looked at. */
export interface BigTable {
  /** Uri of its folder, ending in `/`. */
  readonly folder: string;
  readonly objects: number;
  readonly objectBytes: number;
  readonly footer: ParquetFooter;
  /** What stands at the end of each object: footer, its length, magic. */
  readonly end: Uint8Array;
}

/** Row groups of an object, of 122,880 rows each: DuckDB's own size. */
const rowGroups = 8;
const groupRows = 122_880;

/** Columns, all of the same share of the bytes; queries use two or three of them. */
const columns = 16;

/**
 * Tables of so many bytes and objects in all: `orders` has three quarters of them, `payments` the rest. An object's footer is one
 * that the engine wrote, stretched to the object's size.
 */
export async function openBigLake(bytes: number, objects: number): Promise<readonly BigTable[]> {
  const objectBytes = Math.round(bytes / objects);
  const orders = Math.max(1, Math.round(objects * 0.75));
  const written = await writtenFooter();
  const end = stretched(written, objectBytes);
  const footer = describeFooter(end.subarray(0, -8), objectBytes);
  const table = (name: string, count: number) => ({
    folder: `s3://lake/${name}/`,
    objects: count,
    objectBytes,
    footer,
    end,
  });
  return [table('orders', orders), table('payments', Math.max(1, objects - orders))];
}

/** An object of a table; ascending by uri. */
export function objectOf({ folder, objectBytes }: BigTable, index: number): ObjectInfo {
  const uri = `${folder}part-${String(index).padStart(6, '0')}.parquet`;
  return { uri, sizeBytes: objectBytes, version: 'v1' };
}

/** Bytes of an object; zeros before its end. */
export function bytesIn({ objectBytes, end }: BigTable, { startByte, endByte }: ByteRange): Uint8Array {
  const bytes = new Uint8Array(endByte - startByte);
  const endStart = objectBytes - end.length;
  const from = Math.max(startByte, endStart);
  if (from < endByte) bytes.set(end.subarray(from - endStart, endByte - endStart), from - startByte);
  return bytes;
}

async function writtenFooter(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-simulation-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = join(folder, 'lake.parquet');
    const others = Array.from({ length: columns - 4 }, (_, index) => `i AS other${index}`).join(', ');
    await connection.run(
      `COPY (SELECT i AS id, i % 97 AS customer, 'c' || (i % 7) AS country, i * 1.5 AS amount, ${others}
        FROM range(${rowGroups * 2_048}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    );
    const file = await readFile(path);
    return file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8), -8);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The end of an object of so many bytes: its column chunks fill all before the footer, evenly. */
function stretched(written: Uint8Array, objectBytes: number): Uint8Array {
  const { struct } = readThrift(written);
  // What stands in the footer are longer numbers than before.
  const chunkBytes = Math.floor((objectBytes - 2 * written.length - 16) / (rowGroups * columns));
  let offset = 4;
  const groups = structsField(struct, fileMetaData.rowGroups).map((group) => {
    const chunks = structsField(group, rowGroupFields.columns).map((chunk) => {
      const moved = stretchedChunk(chunk, offset, chunkBytes);
      offset += chunkBytes;
      return moved;
    });
    return changeFields(group, {
      set: new Map<number, ThriftValue>([
        [rowGroupFields.columns, structList(chunks)],
        [rowGroupFields.numRows, groupRows],
      ]),
    });
  });
  const set = new Map<number, ThriftValue>([
    [fileMetaData.numRows, rowGroups * groupRows],
    [fileMetaData.rowGroups, structList(groups)],
  ]);
  const footer = writeThrift(changeFields(struct, { set }));
  const closing = Buffer.from('\0\0\0\0PAR1');
  closing.writeUInt32LE(footer.length);
  return Buffer.concat([footer, closing]);
}

function stretchedChunk(chunk: ThriftStruct, offset: number, chunkBytes: number): ThriftStruct {
  const metaData = structField(chunk, columnChunk.metaData);
  if (!metaData) return chunk;
  const drop = [
    columnMetaData.dictionaryPageOffset,
    columnMetaData.bloomFilterOffset,
    columnMetaData.bloomFilterLength,
  ];
  const set = new Map<number, ThriftValue>([
    [columnMetaData.dataPageOffset, offset],
    [columnMetaData.totalCompressedSize, chunkBytes],
    [columnMetaData.totalUncompressedSize, chunkBytes],
    [columnMetaData.numValues, groupRows],
  ]);
  return changeFields(chunk, { set: new Map([[columnChunk.metaData, changeFields(metaData, { drop, set })]]) });
}
