import { SourceError } from '../../errors.ts';
import type { DataType, Field, Schema } from '../../plan/types.ts';
import type { FileSamples } from '../samples.ts';
import { isArrayFile, type JsonRecord, readRecords } from './json-records.ts';
import { type JsonShape, joinShapes } from './json-shape.ts';
import { typeOfShape } from './json-type.ts';

/** What is known of an NDJSON source before it is read. */
export interface InferredNdjson {
  /** Columns in the order in which they were first seen. */
  readonly columns: Schema;
  /** Columns of each sampled file. */
  readonly namesByFile: ReadonlyMap<string, readonly string[]>;
  /** Whether some file is one array of objects instead of an object a line; such a file is read by one task. */
  readonly array: boolean;
}

/**
 * Column names and types of NDJSON files, from samples: pure. A column's type is the narrowest that holds all its sampled
 * values (see {@link typeOfShape}); a column of `schema` that the samples lack may come later in the files; records that are no objects, or no JSON, have no say: reading them is an error.
 *
 * @throws {SourceError} BAD_FORMAT when the samples hold no object and no schema is given
 */
export function inferNdjson(files: readonly FileSamples[], schema: Readonly<Record<string, DataType>>): InferredNdjson {
  let all: ReadonlyMap<string, JsonShape> = new Map();
  const namesByFile = new Map<string, readonly string[]>();
  let array = false;
  for (const file of files) {
    expectNoMark(file);
    array ||= isArrayFile(file.head);
    const own = fileShape(file);
    namesByFile.set(file.uri, [...own.keys()]);
    all = merge(all, own);
  }
  const columns = withUserTypes(all, schema);
  if (columns.length === 0) throw noColumns(files);
  return { columns, namesByFile, array };
}

function expectNoMark(file: FileSamples): void {
  if (file.head.startByte === 0) return;
  throw new SourceError(
    'BAD_FORMAT',
    `${file.uri} begins with a byte order mark, which is no part of JSON (RFC 8259). Remove its three bytes: tail -c +4.`,
    { details: { uri: file.uri, byteOffset: 0 } },
  );
}

function fileShape(file: FileSamples): ReadonlyMap<string, JsonShape> {
  const records = [
    ...readRecords(file.head, true),
    ...file.others.flatMap((sample) => [...readRecords(sample, false)]),
  ];
  return records.reduce((shape: ReadonlyMap<string, JsonShape>, record) => merge(shape, fieldsOf(record)), new Map());
}

function fieldsOf(record: JsonRecord): ReadonlyMap<string, JsonShape> {
  return record.reading.kind === 'value' && record.reading.shape.kind === 'struct'
    ? record.reading.shape.fields
    : new Map();
}

function merge(a: ReadonlyMap<string, JsonShape>, b: ReadonlyMap<string, JsonShape>): ReadonlyMap<string, JsonShape> {
  const joined = joinShapes({ kind: 'struct', fields: a }, { kind: 'struct', fields: b });
  return joined.kind === 'struct' ? joined.fields : a;
}

function withUserTypes(shapes: ReadonlyMap<string, JsonShape>, schema: Readonly<Record<string, DataType>>): Schema {
  const seen = [...shapes].map(([name, shape]): Field => ({ name, type: schema[name] ?? typeOfShape(shape) }));
  const later = Object.entries(schema).filter(([name]) => !shapes.has(name));
  return [...seen, ...later.map(([name, type]): Field => ({ name, type }))];
}

function noColumns(files: readonly FileSamples[]): SourceError {
  const [first, ...rest] = files;
  const uri = first?.uri ?? '';
  const what = first?.head.text === '' ? `${uri} is empty (0 bytes)` : `${uri} holds no JSON object`;
  const others =
    rest.length === 0
      ? ''
      : rest.length === 1
        ? ', nor does the other file'
        : `, nor do the other ${rest.length} files`;
  return new SourceError(
    'BAD_FORMAT',
    `${what}${others}: there is nothing to take columns from. Expected one object a line, as in {"id": 1}, or one array of objects. If that is as it should be, name the columns: { schema: { … } }.`,
    { details: { uri } },
  );
}
