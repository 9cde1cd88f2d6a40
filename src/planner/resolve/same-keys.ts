import type { FileSamples } from '../../formats/samples.ts';
import type { Schema } from '../../plan/types.ts';
import { mergeSchemas } from './merge-schemas.ts';

/**
 * Refuses NDJSON files of different columns. An object may leave a key out; that a file has none of it is known only of a
 * file whose samples are all of it, and of those it is asked. A file without an object has no say.
 *
 * @param keysByFile keys that were seen in each file
 * @param accepted keys that files may leave out: those that the user named
 * @throws {SourceError} SCHEMA_MISMATCH naming such a file, one that has a key which it lacks, and those keys
 */
export function expectSameKeys(
  files: readonly FileSamples[],
  keysByFile: ReadonlyMap<string, readonly string[]>,
  accepted: ReadonlySet<string>,
): void {
  const seen = files.flatMap(({ uri, head }) => {
    const keys = (keysByFile.get(uri) ?? []).filter((key) => !accepted.has(key));
    return (keysByFile.get(uri) ?? []).length > 0 ? [{ uri, keys: new Set(keys), whole: head.atEnd }] : [];
  });
  for (const [index, file] of seen.entries()) {
    if (!file.whole) continue;
    const other = seen.find(({ keys }) => [...keys].some((key) => !file.keys.has(key)));
    if (!other) continue;
    // Of what a file lacks whose samples are a part of it, nothing is known.
    const others = other.whole ? other : { ...other, keys: new Set([...other.keys, ...file.keys]) };
    const pair = seen.indexOf(other) < index ? [others, file] : [file, others];
    mergeSchemas(
      pair.map(({ uri, keys }) => ({ uri, schema: untyped(keys) })),
      false,
    );
  }
}

/** Types are one for all files; here only the names can differ. */
function untyped(names: ReadonlySet<string>): Schema {
  return [...names].map((name) => ({ name, type: { kind: 'null' } }));
}
