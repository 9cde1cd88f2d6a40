/** Row counts of the tables that the scale factor sizes directly. */
export interface TableSizes {
  readonly suppliers: number;
  readonly parts: number;
  readonly customers: number;
  readonly orders: number;
  /** Different names in `o_clerk`. */
  readonly clerks: number;
}

/** Below this the four suppliers of a part could not all be different, and several queries would find nothing. */
const SMALLEST_SCALE_FACTOR = 0.01;

/**
 * Returns the row counts at `scaleFactor`; `partsupp` has four rows per part and `lineitem` one to seven per order.
 *
 * @throws {RangeError} below 0.01
 * @see TPC-H specification 3.0.1, §4.2.5.1
 */
export function tableSizes(scaleFactor: number): TableSizes {
  if (!(scaleFactor >= SMALLEST_SCALE_FACTOR)) {
    throw new RangeError(`The scale factor must be at least ${SMALLEST_SCALE_FACTOR}, and is ${scaleFactor}`);
  }
  return {
    suppliers: Math.round(scaleFactor * 10_000),
    parts: Math.round(scaleFactor * 200_000),
    customers: Math.round(scaleFactor * 150_000),
    orders: Math.round(scaleFactor * 1_500_000),
    clerks: Math.max(1, Math.round(scaleFactor * 1_000)),
  };
}
