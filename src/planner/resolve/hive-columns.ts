import { SourceError } from '../../errors.ts';
import { fieldClassifier } from '../../formats/csv/field-type.ts';
import type { ScanFile, SourceSpec } from '../../plan/source.ts';
import type { DataType, Field } from '../../plan/types.ts';

const classify = fieldClassifier({ dateFormat: null, timestampFormat: null });

/**
 * Columns that the files' `name=value` folders make, outermost folder first: int64 when all values are integers (`01` too, as
 * in other engines), date when all are ISO dates, otherwise string; a type of `schema` wins. Null folders have no say.
 *
 * @throws {SourceError} SCHEMA_MISMATCH when a file lacks a folder that another has, unless `unionByName` (null then)
 */
export function hiveColumns(
  files: readonly ScanFile[],
  spec: Pick<SourceSpec, 'schema' | 'unionByName'>,
): readonly Field[] {
  const names = new Set(files.flatMap((file) => Object.keys(file.partition)));
  for (const name of names) {
    const lacking = files.find((file) => !(name in file.partition));
    if (lacking && !spec.unionByName) throw mismatch(name, lacking, files);
  }
  return [...names].map((name): Field => {
    const given = Object.hasOwn(spec.schema, name) ? spec.schema[name] : undefined;
    return { name, type: given ?? typeOfValues(files.map((file) => file.partition[name] ?? null)) };
  });
}

function typeOfValues(values: readonly (string | null)[]): DataType {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { kind: 'string' };
  // Up to 18 digits fit 64 bits whatever they are.
  if (known.every((value) => /^-?\d{1,18}$/.test(value) || classify(value) === 'int64')) return { kind: 'int64' };
  return { kind: known.every((value) => classify(value) === 'date') ? 'date' : 'string' };
}

function mismatch(name: string, lacking: ScanFile, files: readonly ScanFile[]): SourceError {
  const having = files.find((file) => name in file.partition);
  return new SourceError(
    'SCHEMA_MISMATCH',
    `${having?.uri} lies in a folder ${name}=…, ${lacking.uri} does not. Read them apart, or pass { unionByName: true } to make ${name} null there, or { hive: false } to ignore such folders.`,
    { details: { uri: lacking.uri, otherUri: having?.uri ?? '', column: name } },
  );
}
