/**
 * SQL of a text that the engine's cast makes the same interval of, whatever it is. Seconds stand apart from microseconds: the
 * engine reads no number below −(2^63 − 1), and an interval may hold −2^63.
 *
 * @param value SQL without side effects
 */
export function intervalParts(value: string): string {
  const part = (name: string) => `datepart('${name}', ${value})::BIGINT`;
  // The part "microsecond" has the seconds in it.
  const seconds = `${part('hour')} * 3600 + ${part('minute')} * 60 + ${part('microsecond')} // 1000000`;
  return (
    `(${part('year')} * 12 + ${part('month')}) || ' months ' || ${part('day')} || ' days ' || ` +
    `(${seconds}) || ' seconds ' || ${part('microsecond')} % 1000000 || ' microseconds'`
  );
}

/** The engine's own text of an interval; {@link intervalParts} where the engine could not read that back. */
export function readableInterval(value: string): string {
  const text = `CAST(${value} AS VARCHAR)`;
  return `CASE WHEN ${value} IS NULL OR TRY_CAST(${text} AS INTERVAL) IS NOT NULL THEN ${text} ELSE ${intervalParts(value)} END`;
}
