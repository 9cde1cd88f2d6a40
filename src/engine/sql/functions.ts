import type { ScalarFunction } from '../../plan/functions.ts';
import { comparisonFunctions } from './comparison-functions.ts';
import { dateFunctions } from './date-functions.ts';
import { mathFunctions } from './math-functions.ts';
import { nestedFunctions } from './nested-functions.ts';
import { named, type RenderCall } from './render-call.ts';
import { stringFunctions } from './string-functions.ts';

/**
 * SQL of every row-wise function. Only functions that give the same value for the same arguments stand here: no clock,
 * no random number, no file, no setting.
 */
export const scalarFunctionSql: Readonly<Record<ScalarFunction, RenderCall>> = {
  ...mathFunctions,
  ...comparisonFunctions,
  ...stringFunctions,
  ...dateFunctions,
  ...nestedFunctions,
  hash: named('hash'),
};

/** Functions that compare their arguments: fractions among them stand as the decimals that the user wrote. */
export const comparing: ReadonlySet<ScalarFunction> = new Set<ScalarFunction>([
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'eqNullSafe',
  'between',
  'isIn',
  'nullIf',
  'list.contains',
  'list.indexOf',
]);

/** Whether an argument is a plain word (a unit of time, a field's name) that the function's SQL quotes itself. */
export function isWord(fn: ScalarFunction, index: number): boolean {
  switch (fn) {
    case 'dt.truncate':
    case 'dt.add':
    case 'dt.diff':
    case 'struct.field':
      return index === 1;
    case 'struct.of':
      return index % 2 === 0;
    default:
      return false;
  }
}
