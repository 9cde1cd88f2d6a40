/**
 * SQL of a 1-based position from a 0-based index that counts from the end when negative.
 *
 * @param index SQL of the index
 */
export function positionOf(index: string): string {
  const constant = constantInteger(index);
  if (constant !== null) return constant < 0 ? `(${constant})` : String(constant + 1);
  return `CASE WHEN ${index} < 0 THEN ${index} ELSE ${index} + 1 END`;
}

/**
 * SQL of the 1-based position where a slice begins; a negative `start` counts from the end and stops at the beginning.
 *
 * @param length SQL of the length of what is sliced
 */
export function sliceStart(start: string, length: string): string {
  const constant = constantInteger(start);
  const fromEnd = `greatest(${length} + ${start}, 0) + 1`;
  if (constant !== null) return constant < 0 ? fromEnd : String(constant + 1);
  return `CASE WHEN ${start} < 0 THEN ${fromEnd} ELSE ${start} + 1 END`;
}

/** SQL of a count of elements that is never negative; null stays null. */
export function notNegative(count: string): string {
  const constant = constantInteger(count);
  if (constant !== null) return String(Math.max(constant, 0));
  return `CASE WHEN ${count} < 0 THEN 0 ELSE ${count} END`;
}

function constantInteger(sql: string): number | null {
  const match = /^(?:(\d{1,15})|\((-\d{1,15})\))$/.exec(sql);
  return match ? Number(match[1] ?? match[2]) : null;
}
