import { childrenOf, type Expr } from '../../plan/expr.ts';
import type { ByteRange } from '../../storage/store.ts';
import type { Comparable } from '../statistics/comparable.ts';
import { nanosecondsPer } from './bound-value.ts';
import type { LeafType } from './column-type.ts';
import type { ParquetFooter } from './footer.ts';
import { foldName } from './footer-schema.ts';

/** Widest range of one row group's filters that is worth a request. */
const mostBytes = 1 << 20;

/** Filters that are read of one file at most, bytes: they are held together. */
const mostFileBytes = 8 << 20;

/** The filters of a row group that can judge the conditions, and the one range in which they lie. */
export interface BloomFilterRequest {
  readonly rowGroup: number;
  readonly range: ByteRange;
  /** Where each column's filter lies, by folded name. */
  readonly filters: ReadonlyMap<string, ByteRange>;
}

/**
 * One request for each of the row groups of which a filter could exclude a row: columns that are compared for equality
 * with constants, filters that together lie within 1 MiB and are smaller than what they could save; of a file not more than
 * 8 MiB of them, those of its first row groups. Pure.
 *
 * @param rowGroups indexes that statistics left
 * @param chunkBytes what each of them costs to fetch
 */
export function bloomFilterRequests(
  footer: ParquetFooter,
  rowGroups: readonly number[],
  conditions: readonly Expr[],
  chunkBytes: (rowGroup: number) => number,
): readonly BloomFilterRequest[] {
  const columns = new Set(conditions.flatMap(equatedColumns).map(foldName));
  const kept = new Set(rowGroups);
  let fileBytes = 0;
  return footer.rowGroups.flatMap(({ index, chunks }) => {
    if (!kept.has(index)) return [];
    const filters = new Map<string, ByteRange>();
    footer.columns.forEach(({ name }, place) => {
      const filter = chunks[place]?.bloomFilter;
      if (filter && columns.has(foldName(name))) filters.set(foldName(name), filter);
    });
    const range = hull([...filters.values()]);
    if (!range) return [];
    const bytes = range.endByte - range.startByte;
    if (bytes > mostBytes || bytes >= chunkBytes(index) || fileBytes + bytes > mostFileBytes) return [];
    fileBytes += bytes;
    return [{ rowGroup: index, range, filters }];
  });
}

/** Columns that stand in an equality or a list, at any depth. */
function equatedColumns(expr: Expr): readonly string[] {
  const inner = childrenOf(expr).flatMap(equatedColumns);
  if (expr.kind !== 'call' || !['eq', 'isIn', 'eqNullSafe'].includes(expr.fn)) return inner;
  return [...inner, ...expr.args.flatMap((arg) => (arg.kind === 'column' ? [arg.name] : []))];
}

function hull(ranges: readonly ByteRange[]): ByteRange | null {
  if (ranges.length === 0) return null;
  return {
    startByte: Math.min(...ranges.map((range) => range.startByte)),
    endByte: Math.max(...ranges.map((range) => range.endByte)),
  };
}

/**
 * The bytes that a filter hashes for a value: its PLAIN encoding in the column's type, without a length.
 *
 * @returns undefined where the column cannot be asked: floats (±0 and NaN have many forms), a value that its type doesn't
 * hold exactly
 * @see https://github.com/apache/parquet-format/blob/master/BloomFilter.md
 */
export function plainBytes(leaf: LeafType, value: Comparable): Uint8Array | undefined {
  switch (value.family) {
    case 'number':
      return numberBytes(leaf, value);
    case 'instant':
    case 'time': {
      const unit = leaf.type?.kind === 'date' ? 86_400_000_000_000n : leaf.unit && nanosecondsPer[leaf.unit];
      // A zoned timestamp in nanoseconds is read in microseconds: many stored values are equal to one.
      if (!unit || value.nanoseconds % unit !== 0n || (leaf.type?.kind === 'timestamptz' && leaf.unit === 'ns'))
        return undefined;
      return integerBytes(leaf, value.nanoseconds / unit);
    }
    case 'text':
      return leaf.type?.kind === 'string' ? value.bytes : undefined;
    case 'binary':
      return leaf.type?.kind === 'binary' ? value.bytes : undefined;
    case 'uuid':
      return leaf.type?.kind === 'uuid' ? value.bytes : undefined;
    case 'boolean':
      return undefined;
  }
}

function numberBytes(
  leaf: LeafType,
  { unscaled, scale }: Extract<Comparable, { family: 'number' }>,
): Uint8Array | undefined {
  const own =
    leaf.type?.kind === 'decimal' ? leaf.type.scale : /^u?int\d+$/.test(leaf.type?.kind ?? '') ? 0 : undefined;
  if (own === undefined) return undefined;
  const grown = unscaled * 10n ** BigInt(Math.max(0, own - scale));
  const divisor = 10n ** BigInt(Math.max(0, scale - own));
  return grown % divisor === 0n ? integerBytes(leaf, grown / divisor) : undefined;
}

/** INT32 and INT64 are little endian, decimals in byte arrays of fixed length big endian. */
function integerBytes({ physical, lengthBytes, type }: LeafType, value: bigint): Uint8Array | undefined {
  if (physical === 'int32' || physical === 'int64') {
    const bits = physical === 'int32' ? 32 : 64;
    const fits = type?.kind.startsWith('uint')
      ? BigInt.asUintN(bits, value) === value
      : BigInt.asIntN(bits, value) === value;
    if (!fits) return undefined;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt.asIntN(64, value));
    return bytes.subarray(0, bits / 8);
  }
  if (physical !== 'fixed' || !lengthBytes || BigInt.asIntN(lengthBytes * 8, value) !== value) return undefined;
  const hex = BigInt.asUintN(lengthBytes * 8, value)
    .toString(16)
    .padStart(lengthBytes * 2, '0');
  return Buffer.from(hex, 'hex');
}
