import { PlanError } from '../../errors.ts';

/** What each specifier accepts; a number is padded or not, as in the engine's own strptime. */
const specifiers: Readonly<Record<string, string>> = {
  Y: '(?<year>\\d{4})',
  y: '\\d{2}',
  m: '(?<month>0?[1-9]|1[0-2])',
  d: '(?<day>0?[1-9]|[12]\\d|3[01])',
  H: '(?:[01]?\\d|2[0-3])',
  I: '(?:0?[1-9]|1[0-2])',
  M: '[0-5]?\\d',
  S: '[0-5]?\\d',
  f: '\\d{1,6}',
  g: '\\d{1,3}',
  n: '\\d{1,9}',
  j: '(?:[0-2]?\\d{1,2}|3[0-5]\\d|36[0-6])',
  p: '(?:[AaPp][Mm])',
  b: '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)',
  B: '(?:January|February|March|April|May|June|July|August|September|October|November|December)',
  a: '(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)',
  A: '(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday)',
  z: '(?:Z|[+-]\\d{2}(?::?\\d{2})?)',
  Z: '[A-Za-z_/+-]+',
  '%': '%',
};

/**
 * A test for texts that a strptime pattern such as `%d/%m/%Y` reads, with the day checked against its month where the
 * pattern tells year, month and day in digits.
 *
 * @throws {PlanError} INVALID_ARGUMENT for a specifier that it does not know
 * @see https://duckdb.org/docs/stable/sql/functions/dateformat, whose specifiers these are
 */
export function strptimeTest(pattern: string): (text: string) => boolean {
  const source = pattern.replaceAll(/%-?(.?)|[^%]/gs, (part, specifier: string | undefined) => {
    if (specifier === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const accepted = specifiers[specifier];
    if (accepted === undefined) {
      throw new PlanError(
        'INVALID_ARGUMENT',
        `The date pattern ${JSON.stringify(pattern)} has ${JSON.stringify(part)}, which is unknown. ` +
          `Known are ${Object.keys(specifiers)
            .map((name) => `%${name}`)
            .join(' ')}.`,
        { details: { pattern } },
      );
    }
    return accepted;
  });
  const regexp = new RegExp(`^(?:${withoutRepeatedNames(source)})$`, 'i');
  return (text) => {
    const found = regexp.exec(text);
    if (!found) return false;
    const { year, month, day } = found.groups ?? {};
    return !(year && month && day) || isCalendarDay(Number(year), Number(month), Number(day));
  };
}

/** Whether a day exists in the Gregorian calendar; months and days count from 1. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] ?? 0);
}

/** A specifier that comes twice would name its group twice, which no regular expression may. */
function withoutRepeatedNames(source: string): string {
  const seen = new Set<string>();
  return source.replaceAll(/\(\?<(\w+)>/g, (group, name: string) => {
    if (seen.has(name)) return '(?:';
    seen.add(name);
    return group;
  });
}
