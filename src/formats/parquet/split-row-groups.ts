/** A file's row groups that are to be read. */
export interface FileRowGroups<F> {
  readonly file: F;
  readonly rowGroups: readonly {
    readonly index: number;
    /** Bytes that are fetched for it. */
    readonly bytes: number;
  }[];
}

/** Work for one task: row groups of one or more files, in source order. */
export interface RowGroupSplit<F> {
  readonly parts: readonly { readonly file: F; readonly rowGroups: readonly number[]; readonly bytes: number }[];
  readonly bytes: number;
}

/** What a split should cost to fetch: long enough for a worker's start to vanish, short enough for memory and repetition. */
export const splitTargetBytes = 128 << 20;

/**
 * Cuts row groups, in source order, into splits of about equal bytes, near `targetBytes` each: small files share a split,
 * a large file has several, a row group is never cut. Pure.
 */
export function splitRowGroups<F>(
  files: readonly FileRowGroups<F>[],
  targetBytes = splitTargetBytes,
): readonly RowGroupSplit<F>[] {
  const total = files.reduce(
    (sum, file) => sum + file.rowGroups.reduce((bytes, rowGroup) => bytes + rowGroup.bytes, 0),
    0,
  );
  // Equal shares: 130 MiB are one split, not one of 128 and one of 2.
  const count = Math.max(1, Math.round(total / targetBytes));
  const splits = new Map<number, Map<FileRowGroups<F>, { indexes: number[]; bytes: number }>>();
  let before = 0;
  for (const file of files) {
    for (const { index, bytes } of file.rowGroups) {
      // The split in which the middle of the row group falls.
      const share = total === 0 ? 0 : Math.min(count - 1, Math.floor(((before + bytes / 2) / total) * count));
      const parts = getOrSet(splits, share, () => new Map());
      const part = getOrSet(parts, file, () => ({ indexes: [], bytes: 0 }));
      part.indexes.push(index);
      part.bytes += bytes;
      before += bytes;
    }
  }
  return [...splits.values()].map((byFile) => {
    const parts = [...byFile].map(([{ file }, { indexes, bytes }]) => ({ file, rowGroups: indexes, bytes }));
    return { parts, bytes: parts.reduce((sum, part) => sum + part.bytes, 0) };
  });
}

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
