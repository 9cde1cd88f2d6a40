import { SourceError } from '../../errors.ts';
import { formatType } from '../../plan/type-name.ts';
import { type Field, type Schema, sameType } from '../../plan/types.ts';

/** A file and its columns. */
export interface FileSchema {
  readonly uri: string;
  readonly schema: Schema;
}

/**
 * The one schema of several files. Columns go by name, in the first file's order.
 *
 * @param unionByName also takes columns that some files lack, after those of the first
 * @throws {SourceError} SCHEMA_MISMATCH naming the first file, the first one that differs from it, and the columns that differ;
 * with `unionByName` for columns of two types only
 */
export function mergeSchemas(files: readonly FileSchema[], unionByName: boolean): Schema {
  const [first, ...rest] = files;
  if (!first) return [];
  const merged = new Map(first.schema.map((field) => [field.name, { field, uri: first.uri }]));
  for (const { uri, schema } of rest) {
    const own = new Map(schema.map((field) => [field.name, field]));
    const missing = unionByName ? [] : first.schema.filter((field) => !own.has(field.name));
    const added = schema.filter((field) => !merged.has(field.name));
    if (missing.length > 0 || (added.length > 0 && !unionByName)) throw namesDiffer(first.uri, uri, missing, added);
    for (const field of added) merged.set(field.name, { field, uri });
    for (const field of schema) {
      const known = merged.get(field.name);
      if (known && !sameType(known.field.type, field.type)) throw typesDiffer(known, { field, uri });
    }
  }
  return [...merged.values()].map(({ field }) => field);
}

function namesDiffer(first: string, second: string, missing: Schema, added: Schema): SourceError {
  const list = (fields: Schema) => fields.map((field) => JSON.stringify(field.name)).join(', ');
  const parts = [
    ...(missing.length > 0 ? [`${list(missing)} only in the first`] : []),
    ...(added.length > 0 ? [`${list(added)} only in the second`] : []),
  ];
  return new SourceError(
    'SCHEMA_MISMATCH',
    `${first} and ${second} have different columns: ${parts.join(', ')}. Read them apart, or pass { unionByName: true } to make missing columns null.`,
    { details: { uri: second, otherUri: first, columns: [...missing, ...added].map((field) => field.name) } },
  );
}

interface Placed {
  readonly field: Field;
  readonly uri: string;
}

function typesDiffer(a: Placed, b: Placed): SourceError {
  return new SourceError(
    'SCHEMA_MISMATCH',
    `Column ${JSON.stringify(a.field.name)} is ${formatType(a.field.type)} in ${a.uri} and ${formatType(b.field.type)} in ${b.uri}. ` +
      'Read them apart, cast it, and union() the two.',
    { details: { uri: b.uri, otherUri: a.uri, columns: [a.field.name] } },
  );
}
