import { SourceError, UnknownColumnError } from '../../errors.ts';
import type { CsvDialect, Newline, ResolvedCsvDialect } from '../../plan/source.ts';
import type { DataType, Field, Schema } from '../../plan/types.ts';
import type { FileSamples, Sample } from '../samples.ts';
import { alignedRecords, isBlank } from './aligned-records.ts';
import { type FieldKind, fieldClassifier, joinKinds, typeOfKind } from './field-type.ts';
import { headNewline } from './head-newline.ts';
import { headerNames, looksLikeHeader } from './header.ts';
import { type CsvField, type CsvRecord, parseRecords, type RecordDialect } from './records.ts';
import { sniffDialect } from './sniff-dialect.ts';

/** What the beginning of a CSV file tells, when the dialect is known. */
export interface CsvHead {
  /** Columns in the file's own order; empty for a file without a record. */
  readonly names: readonly string[];
  /** How its records end; '' where that is not known, null where the file holds no newline. */
  readonly newline: Newline | '' | null;
}

/** What is known of a CSV source before it is read. */
export interface InferredCsv {
  readonly dialect: ResolvedCsvDialect;
  /** Columns of the first file, then those that only later files have. */
  readonly columns: Schema;
  /** Of each sampled file, by uri. */
  readonly heads: ReadonlyMap<string, CsvHead>;
}

/** What the user said of a CSV source. */
export interface CsvRequest {
  readonly dialect: CsvDialect;
  /** Types by column; they replace the inferred ones. */
  readonly schema: Readonly<Record<string, DataType>>;
}

/** One file's records, as the dialect cuts them. */
interface FileRecords {
  readonly uri: string;
  readonly startByte: number;
  /** Whole records from the beginning, blank ones left out. */
  readonly head: readonly CsvRecord[];
  readonly samples: FileSamples;
}

/**
 * Dialect, column names and types of CSV files, from samples: pure.
 *
 * A column's type is the narrowest of boolean, int64, int128, float64, date, timestamp, timestamptz that all sampled values
 * have, otherwise string; a column without values is a string. The empty field is null, `""` an empty text. Files without a
 * record have no say; when none has one, `schema` must name the columns.
 *
 * @throws {SourceError} BAD_FORMAT when no file holds a record and no schema is given; DUPLICATE_COLUMN
 * @throws {UnknownColumnError} for a column of `schema` that no file has
 */
export function inferCsv(files: readonly FileSamples[], request: CsvRequest): InferredCsv {
  const recordDialect = sniffDialect(
    files.map((file) => file.head).filter((head) => head.text !== ''),
    request.dialect,
  );
  const formats = {
    dateFormat: request.dialect.dateFormat ?? null,
    timestampFormat: request.dialect.timestampFormat ?? null,
  };
  const nullValues = request.dialect.nullValues ?? [];
  const kindOf = fieldKind(fieldClassifier(formats), new Set(nullValues));
  const records = files.map((samples) => headRecords(samples, recordDialect));
  const first = records.find((file) => file.head.length > 0);
  const header = request.dialect.header ?? (first === undefined || decideHeader(first.head, kindOf));
  const dialect: ResolvedCsvDialect = { ...recordDialect, header, nullValues, ...formats };
  if (first === undefined) return fromSchemaAlone(files, dialect, request.schema);
  const named = records.map((file) => ({ ...file, names: namesOf(file, header) }));
  return {
    dialect,
    columns: withUserTypes(columnKinds(named, dialect, kindOf), request.schema, first.uri),
    heads: new Map(
      named.map(({ uri, names, samples }) => [uri, { names, newline: headNewline(samples.head, dialect) }]),
    ),
  };
}

function headRecords(samples: FileSamples, dialect: RecordDialect): FileRecords {
  const { head } = samples;
  const whole = [...parseRecords(head.text, dialect, { atEnd: head.atEnd })].filter((record) => record.complete);
  // One column: an empty line is a null there; anywhere else it is none.
  const narrow = whole.every((record) => record.fields.length === 1);
  const kept = whole.filter((record) => !isBlank(record) || narrow);
  return { uri: samples.uri, startByte: head.startByte, head: whole.every(isBlank) ? [] : kept, samples };
}

type KindOf = (field: CsvField | undefined) => FieldKind | null;

/** The kind of a field; null for the texts that mean null. */
function fieldKind(classify: (text: string) => FieldKind, nullValues: ReadonlySet<string>): KindOf {
  return (field) => {
    if (field === undefined || (!field.quoted && (field.text === '' || nullValues.has(field.text)))) return null;
    return classify(field.text);
  };
}

function decideHeader(records: readonly CsvRecord[], kindOf: KindOf): boolean {
  const [first, ...rest] = records;
  const width = first?.fields.length ?? 0;
  const columns = Array.from({ length: width }, (_, index) =>
    columnKind(
      rest.filter((record) => record.fields.length === width),
      index,
      kindOf,
    ),
  );
  return looksLikeHeader(first?.fields.map((field) => ({ text: field.text, kind: kindOf(field) })) ?? [], columns);
}

/** What holds all values of a column; null for a column of nulls. */
function columnKind(records: readonly CsvRecord[], index: number, kindOf: KindOf): FieldKind | null {
  let kind: FieldKind | null = null;
  for (const record of records) {
    kind = joinKnown(kind, kindOf(record.fields[index]));
    if (kind === 'string') break;
  }
  return kind;
}

function joinKnown(a: FieldKind | null, b: FieldKind | null): FieldKind | null {
  return a === null ? b : b === null ? a : joinKinds(a, b);
}

/**
 * What one more file of a source whose dialect is known begins with.
 *
 * @throws {SourceError} DUPLICATE_COLUMN
 */
export function headOfFile(uri: string, head: Sample, dialect: ResolvedCsvDialect): CsvHead {
  const names = namesOf(headRecords({ uri, head, others: [] }, dialect), dialect.header);
  return { names, newline: headNewline(head, dialect) };
}

function namesOf(file: FileRecords, header: boolean): readonly string[] {
  const first = file.head[0];
  if (first === undefined) return [];
  return header ? headerNames(file.uri, first, file.startByte) : first.fields.map((_, index) => `column${index}`);
}

function columnKinds(
  files: readonly (FileRecords & { readonly names: readonly string[] })[],
  dialect: ResolvedCsvDialect,
  kindOf: KindOf,
): ReadonlyMap<string, FieldKind | null> {
  const kinds = new Map<string, FieldKind | null>();
  for (const { names, head, samples } of files) {
    const width = names.length;
    const others = samples.others.flatMap((sample) => alignedRecords(sample, dialect, width));
    const records = [...head.slice(dialect.header ? 1 : 0), ...others].filter(
      (record) => record.fields.length === width,
    );
    for (const [index, name] of names.entries()) {
      kinds.set(name, joinKnown(kinds.get(name) ?? null, columnKind(records, index, kindOf)));
    }
  }
  return kinds;
}

function withUserTypes(
  kinds: ReadonlyMap<string, FieldKind | null>,
  schema: Readonly<Record<string, DataType>>,
  uri: string,
): Schema {
  for (const column of Object.keys(schema)) {
    if (!kinds.has(column)) throw new UnknownColumnError(column, [...kinds.keys()], `the schema given for ${uri}`);
  }
  return [...kinds].map(([name, kind]): Field => ({ name, type: schema[name] ?? typeOfKind(kind ?? 'string') }));
}

function fromSchemaAlone(
  files: readonly FileSamples[],
  dialect: ResolvedCsvDialect,
  schema: Readonly<Record<string, DataType>>,
): InferredCsv {
  const columns = Object.entries(schema).map(([name, type]): Field => ({ name, type }));
  const withoutNames = ({ uri, head }: FileSamples): [string, CsvHead] => [
    uri,
    { names: [], newline: headNewline(head, dialect) },
  ];
  if (columns.length > 0) return { dialect, columns, heads: new Map(files.map(withoutNames)) };
  const [first, ...rest] = files;
  const uri = first?.uri ?? '';
  const size = first?.head.text === '' ? `${uri} is empty (0 bytes)` : `${uri} holds no record`;
  const others =
    rest.length === 0 ? '' : rest.length === 1 ? ', as does the other file' : `, as do the other ${rest.length} files`;
  throw new SourceError(
    'BAD_FORMAT',
    `${size}${others}: there is no header to take columns from. If that is as it should be, name them: { schema: { … } }.`,
    { details: { uri } },
  );
}
