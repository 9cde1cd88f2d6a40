/** How Hive writes a null in the name of a folder. */
const nullPartition = '__HIVE_DEFAULT_PARTITION__';

/**
 * The `name=value` folders in a path, outermost first; names and values are percent-decoded (`%3D` is `=`), and
 * `__HIVE_DEFAULT_PARTITION__` is null. The last part of the path is the file's own name and never counts. When a name comes
 * twice, the inner folder wins.
 *
 * @param path a path or key that is not percent-encoded as a uri is, such as `lake/year=2024/city=New%20York/a.parquet`
 */
export function hivePartition(path: string): Record<string, string | null> {
  const partition: Record<string, string | null> = {};
  for (const folder of path.split('/').slice(0, -1)) {
    const equals = folder.indexOf('=');
    if (equals <= 0) continue;
    const value = folder.slice(equals + 1);
    partition[decode(folder.slice(0, equals))] = value === nullPartition ? null : decode(value);
  }
  return partition;
}

/** A text that is not valid percent-encoding (`100%`) stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
