import { PlanError } from '../errors.ts';
import type { Expr } from '../plan/expr.ts';
import type { JoinHow, JoinNode, LogicalNode } from '../plan/logical.ts';
import type { Condition } from './expression.ts';
import type { Comparable, Value } from './expression-types.ts';
import type { AnyRow, ColumnName, IsKnown, Scope } from './row-types.ts';
import { type OneOrMany, toArray } from './window.ts';

/** How two datasets are joined: by `on` (names that both sides have) or by `leftOn` with `rightOn`. */
export interface JoinOptions<Left = AnyRow, Right = AnyRow> {
  /** Keys that have the same name on both sides; they stand once in the result. */
  readonly on?: OneOrMany<SharedKey<Left, Right>>;
  /** Keys of the left side, pairwise equal to those of `rightOn`. */
  readonly leftOn?: OneOrMany<ColumnName<Left> | Value<unknown, Scope<Left>>>;
  readonly rightOn?: OneOrMany<ColumnName<Right> | Value<unknown, Scope<Right>>>;
  /** Default 'inner'. */
  readonly how?: JoinHow;
  /** A further condition for rows to be partners, over the result's names (clashing right columns with their suffix). */
  // biome-ignore lint/suspicious/noExplicitAny: the scope of both sides with suffixes is checked when the plan is bound
  readonly where?: Condition<any>;
  /** What clashing names of the right side get appended; default `_right`. */
  readonly suffix?: string;
}

/** Names of columns that both sides have, with values that compare. */
export type SharedKey<Left, Right> =
  IsKnown<Left> extends true
    ? IsKnown<Right> extends true
      ? {
          [K in keyof Left & keyof Right & string]: NonNullable<Left[K]> extends Comparable<NonNullable<Right[K]>>
            ? K
            : never;
        }[keyof Left & keyof Right & string]
      : ColumnName<Left>
    : ColumnName<Right>;

/**
 * The plan's node for a join.
 *
 * @throws {PlanError} INVALID_ARGUMENT when the keys are missing, doubled, or of different number
 */
export function joinNode(left: LogicalNode, right: LogicalNode, options: JoinOptions): JoinNode {
  const how = options.how ?? 'inner';
  const using = toArray(options.on) as readonly string[];
  const leftKeys = toArray(options.leftOn).map(keyExpr);
  const rightKeys = toArray(options.rightOn).map(keyExpr);
  checkKeys(how, using.length, leftKeys.length, rightKeys.length, options.where !== undefined);
  const shared = using.map((name): { left: Expr; right: Expr } => ({
    left: { kind: 'column', name },
    right: { kind: 'column', name },
  }));
  const paired = leftKeys.map((key, index): { left: Expr; right: Expr } => ({
    left: key,
    right: rightKeys[index] ?? key,
  }));
  return {
    kind: 'join',
    left,
    right,
    how,
    on: [...shared, ...paired],
    using,
    where: options.where?.node ?? null,
    suffix: options.suffix ?? '_right',
  };
}

function checkKeys(how: JoinHow, using: number, left: number, right: number, hasWhere: boolean): void {
  const fail = (message: string): never => {
    throw new PlanError('INVALID_ARGUMENT', `join() ${message}`);
  };
  if (how === 'cross') {
    if (using + left + right > 0 || hasWhere)
      fail("with how: 'cross' takes no keys and no condition; leave out `on`, `leftOn`, `rightOn` and `where`.");
    return;
  }
  if (using > 0 && left + right > 0) fail('takes `on`, or `leftOn` with `rightOn`, not both.');
  if (left !== right)
    fail(`pairs the keys of \`leftOn\` (${left}) with those of \`rightOn\` (${right}); give as many of each.`);
  if (using + left === 0 && !hasWhere)
    fail("needs keys: { on: 'id' }, { leftOn: 'a', rightOn: 'b' }, a condition { where }, or { how: 'cross' }.");
}

function keyExpr(key: string | Value): Expr {
  return typeof key === 'string' ? { kind: 'column', name: key } : key.node;
}
