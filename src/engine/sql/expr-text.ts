import type { AggregateExpr, Expr, SortKey } from '../../plan/expr.ts';
import { formatType } from '../../plan/type-name.ts';

/** An expression as a user would type it, for messages; long ones are cut. */
export function exprText(expr: Expr, maxLength = 120): string {
  const text = format(expr);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

function format(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return `lit(${JSON.stringify(expr.value)})`;
    case 'column':
      return `col(${JSON.stringify(expr.name)})`;
    case 'call': {
      const [self, ...rest] = expr.args;
      if (!self) return `${expr.fn}()`;
      return `${format(self)}.${expr.fn}(${rest.map(format).join(', ')})`;
    }
    case 'case': {
      const branches = expr.branches.map(({ when, value }) => `when(${format(when)}, ${format(value)})`);
      return `${branches.join('.')}${expr.otherwise ? `.otherwise(${format(expr.otherwise)})` : ''}`;
    }
    case 'cast':
      return `${format(expr.input)}.${expr.safe ? 'tryCast' : 'cast'}(${JSON.stringify(formatType(expr.type))})`;
    case 'aggregate':
      return aggregateText(expr);
    case 'window':
      return `${expr.fn.kind === 'aggregate' ? aggregateText(expr.fn) : `${expr.fn.fn}(${expr.fn.args.map(format).join(', ')})`}.over(…)`;
    case 'lambda':
      return `${expr.parameter} => ${format(expr.body)}`;
    case 'sql':
      return `sql(${JSON.stringify(expr.text)})`;
  }
}

function aggregateText(expr: AggregateExpr): string {
  const order = expr.orderBy.length > 0 ? [`{ orderBy: ${expr.orderBy.map(keyText).join(', ')} }`] : [];
  return `${expr.fn}(${[...expr.args.map(format), ...order].join(', ')})`;
}

function keyText(key: SortKey): string {
  return `${format(key.expr)}${key.descending ? '.desc()' : ''}`;
}
