/** How values that JavaScript has no exact default form for come out of a result. */
export interface ConvertOptions {
  /**
   * Integers of 64 and 128 bits (microseconds of intervals too): `'number'` (default) is an error when a value is beyond
   * ±(2^53 − 1), `'bigint'` always fits.
   */
  readonly int64?: 'number' | 'bigint';
  /** Decimals: `'number'` (default) is an error when a value has more than 15 significant digits, `'string'` has all. */
  readonly decimal?: 'number' | 'string';
  /**
   * Timestamps, zoned or not: `'date'` (default) is an error when a value is no whole millisecond, `'bigint'` counts the
   * column's own unit since 1970-01-01 (microseconds of zoned ones), `'string'` is the engine's text
   * (`2024-02-29 12:00:00.5`, with `+00` when zoned).
   */
  readonly timestamp?: 'date' | 'bigint' | 'string';
}
